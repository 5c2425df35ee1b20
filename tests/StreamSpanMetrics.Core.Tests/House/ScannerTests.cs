namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>The house rules stand on a small scanner of C#; this is what it must get right.</summary>
public sealed class ScannerTests
{
    [Theory]
    [InlineData("a // b { \n c", "a         \n c")]
    [InlineData("a /* { \n } */ c", "a     \n      c")]
    [InlineData("x = \"a{b\\\"}\";", "x = \"       \";")]
    [InlineData("x = @\"a\"\"b\\\";", "x = @\"      \";")]
    [InlineData("x = $\"a{f(\"}\")}b\";", "x = $\"           \";")]
    [InlineData("x = $\"{{a}}\"; y", "x = $\"     \"; y")]
    [InlineData("c = '{'; d = '\\'';", "c = ' '; d = '  ';")]
    [InlineData("x = \"\"; y", "x = \"\"; y")]
    public void Comments_and_strings_are_blanked_in_place(string source, string expected)
    {
        string masked = CodeMask.Blank(source);
        Assert.Equal(source.Length, masked.Length);
        Assert.Equal(expected.Where(sign => !char.IsWhiteSpace(sign)), masked.Where(sign => !char.IsWhiteSpace(sign)));
        Assert.DoesNotContain('{', masked);
    }

    [Fact]
    public void Raw_strings_are_blanked()
    {
        string masked = CodeMask.Blank("x = $$\"\"\"\n {\"a\": \"{{b}}\"}\n \"\"\"; y { }");
        Assert.Equal("x=$$\"\"\"\"\"\";y{}", new string([.. masked.Where(sign => !char.IsWhiteSpace(sign))]));
    }

    [Fact]
    public void Members_are_found_with_their_lengths()
    {
        const string Source = """
            namespace A;
            [Thing(1)]
            public sealed class B<T>(int seed = 3) : C where T : class
            {
                private readonly int[] field = [1, 2];
                private readonly Func<int, int> twice = value => value * 2;
                private D other = new() { E = 1 };

                public B()
                    : this(4)
                {
                    if (field is { Length: > 1 })
                    {
                        throw new ArgumentException("x");
                    }
                }

                public int Size { get; init; } = 3;

                public int Area => field switch
                {
                    [] => 0,
                    _ => 1,
                };

                public static bool operator ==(B<T> a, B<T> b) => true;

                public void Do<U>(Func<U> work) where U : struct
                {
                    work();
                }

                private enum Kind { None }

                private sealed class Inner
                {
                    public int F() => 1;
                }
            }
            """;
        IReadOnlyList<Member> members = MemberScanner.Scan(CodeMask.Blank(Source));
        Assert.Equal(
            ["B.B 8", "B.Size 1", "B.Area 5", "B.operator 1", "B.Do 4", "Inner.F 1"],
            members.Select(member => $"{member.TypeName}.{member.Name} {member.LineCount}"));
        Assert.True(members[0].IsConstructor);
        Assert.Equal(9, members[0].FirstLine);
        Assert.Contains("throw", members[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("namespace A;\npublic readonly record struct B(int C);", "B")]
    [InlineData("namespace A;\ninternal enum B { C }\npublic delegate void D(int e);", "B,D")]
    [InlineData("namespace A;\nclass B { class C { } }\n", "B")]
    [InlineData("namespace A;\nclass B<T> where T : class\n{ }", "B")]
    public void Types_of_a_file_are_those_outside_others(string source, string expected)
    {
        Assert.Equal(expected, string.Join(',', new SourceFile("tests/A/B.cs", source).TypeNames));
    }

    [Theory]
    [InlineData("src/StreamSpanMetrics.Core/Spans/X.cs", "StreamSpanMetrics.Core.Spans", "Spans")]
    [InlineData("tests/Shared/X.cs", "StreamSpanMetrics.Testing", "")]
    public void Folders_give_namespace_and_room(string path, string expectedNamespace, string expectedRoom)
    {
        SourceFile source = new(path, "");
        Assert.Equal(expectedNamespace, source.NamespaceOfFolder);
        Assert.Equal(expectedRoom, source.Room);
    }
}
