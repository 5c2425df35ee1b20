using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>What Core does without: other libraries, disk, clocks, threads, LINQ and, where bytes are read, exceptions.</summary>
public sealed partial class PurityTests
{
    private const string CoreProject = "src/StreamSpanMetrics.Core/StreamSpanMetrics.Core.csproj";

    // The schema compiler runs at build time only.
    private static readonly string[] Packages = ["Google.Protobuf", "Grpc.Tools"];

    private static readonly string[] ImpureNamespaces = ["System.Linq", "System.Net", "System.Threading", "System.Timers", "Microsoft"];

    // System.Linq is not among them: the compiler makes some collection expressions with it. What is written is seen by its using line.
    private static readonly string[] ImpureAssemblies =
    [
        "System.Net", "System.Threading.Thread", "System.Threading.Tasks", "System.Console", "System.IO.FileSystem",
        "System.Diagnostics.Process",
    ];

    // Rooms whose input is untrusted bytes or comes once per span: data problems are values there.
    private static readonly string[] RoomsWithoutExceptions = ["Otlp", "Spans", "Series", "Histograms"];

    private static readonly string[] ImpureUsings = [];
    private static readonly string[] ImpureCode = [];
    private static readonly string[] Throwers = [];
    private static readonly string[] Catchers = [];

    [Fact]
    public void Core_is_built_on_Google_Protobuf_and_System_only()
    {
        foreach (AssemblyName reference in typeof(SpanRules).Assembly.GetReferencedAssemblies())
        {
            string name = reference.Name ?? "";
            Assert.True(name == "Google.Protobuf" || name.StartsWith("System.", StringComparison.Ordinal), $"Core refers to {name}");
            Assert.False(ImpureAssemblies.Any(impure => IsSameOrInside(name, impure)), $"Core refers to {name}");
        }
    }

    [Fact]
    public void The_project_file_of_Core_names_only_the_allowed_packages()
    {
        XDocument project = XDocument.Parse(RepositoryTree.ReadText(CoreProject));
        Assert.Equal(
            Packages,
            project.Descendants("PackageReference").Select(reference => (string?)reference.Attribute("Include")).Order());
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("FrameworkReference"));
    }

    [Fact]
    public void Core_uses_no_impure_namespace() => HouseRule.Expect(
        $"Core does without {string.Join(", ", ImpureNamespaces)}.",
        from source in RepositoryTree.Sources
        where source.IsCore
        from used in source.Usings
        where ImpureNamespaces.Any(impure => IsSameOrInside(used, impure))
        select $"{source.Path} uses {used}",
        ImpureUsings);

    [Fact]
    public void Core_touches_no_disk_clock_thread_or_console() => HouseRule.Expect(
        "Core is values and arithmetic.",
        from source in RepositoryTree.Sources
        where source.IsCore
        from Match match in WorldAccess().Matches(source.Code)
        select $"{source.Path} has {match.Value}",
        ImpureCode);

    [Fact]
    public void The_hot_rooms_do_not_throw() => HouseRule.Expect(
        $"In {string.Join(", ", RoomsWithoutExceptions)} only a constructor throws, and only an ArgumentException of some kind.",
        from source in RepositoryTree.Sources
        where source.IsCore && RoomsWithoutExceptions.Contains(source.Room)
        from member in source.Members
        let thrown = Throw().Count(member.Body)
        let guards = member.IsConstructor ? Guard().Count(member.Body) : 0
        where thrown > guards
        select $"{source.Path} {member.Name}",
        Throwers);

    [Fact]
    public void The_hot_rooms_do_not_catch() => HouseRule.Expect(
        $"In {string.Join(", ", RoomsWithoutExceptions)} nothing is caught.",
        from source in RepositoryTree.Sources
        where source.IsCore && RoomsWithoutExceptions.Contains(source.Room) && Catch().IsMatch(source.Code)
        select source.Path,
        Catchers);

    private static bool IsSameOrInside(string name, string outer) =>
        name == outer || name.StartsWith(outer + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:File|Directory|Console|Thread|Task|Stopwatch|TimeProvider|DateTime|DateTimeOffset|Random)\.[A-Z]\w*"
        + @"|\bEnvironment\.(?:Get|Tick|Exit|Fail|Machine|User)\w*|\b(?:FileStream|HttpClient|TimeProvider|Stopwatch)\b|\block\s*\(")]
    private static partial Regex WorldAccess();

    [GeneratedRegex(@"\bthrow\b")]
    private static partial Regex Throw();

    [GeneratedRegex(@"\bthrow\s+new\s+Argument\w*Exception\b")]
    private static partial Regex Guard();

    [GeneratedRegex(@"\bcatch\b")]
    private static partial Regex Catch();
}
