using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.Settings;

/// <summary>The tables of the presets, and how they meet a user's dimensions.</summary>
public sealed class DimensionPresetsTests
{
    public static TheoryData<DimensionPreset> All => [.. Enum.GetValues<DimensionPreset>()];

    [Theory]
    [MemberData(nameof(All))]
    public void A_preset_names_every_attribute_once(DimensionPreset preset)
    {
        List<string> names = [.. DimensionPresets.Of(preset).SelectMany(rule => rule.Aliases.Prepend(rule.Name))];
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(), names);
        Assert.All(names, name => Assert.StartsWith(DimensionPresets.NameOf(preset) + ".", name, StringComparison.Ordinal));
        Assert.Equal(preset.ToString().ToLowerInvariant(), DimensionPresets.NameOf(preset));
    }

    [Fact]
    public void Without_presets_dimensions_are_as_they_were() =>
        Assert.Empty(DimensionPresets.AddTo([], []));

    [Fact]
    public void An_entry_of_the_user_wins_and_keeps_its_place_and_gets_the_aliases()
    {
        DimensionRule own = new("http.response.status_code", "none") { Aliases = ["code"] };
        IReadOnlyList<DimensionRule> all = DimensionPresets.AddTo([new("a"), own, new("http.method")], [DimensionPreset.Http]);
        Assert.Equal(["a", "http.response.status_code", "http.method", "http.request.method", "http.route"], all.Select(rule => rule.Name));
        Assert.Equal("none", all[1].Default);
        Assert.Equal(["code", "http.status_code"], all[1].Aliases);
        Assert.Equal(["http.method"], all[3].Aliases);
    }

    [Fact]
    public void All_presets_together_add_up()
    {
        IReadOnlyList<DimensionRule> all = DimensionPresets.AddTo([], [.. Enum.GetValues<DimensionPreset>()]);
        Assert.Equal(all.Count, All.Sum(row => DimensionPresets.Of(row.Data).Count));
        Assert.Contains(all, rule => rule is { Name: "rpc.response.status_code", Aliases: ["rpc.grpc.status_code", ..] });
    }
}
