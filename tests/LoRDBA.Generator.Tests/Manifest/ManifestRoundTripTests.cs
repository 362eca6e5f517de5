using CsCheck;
using LoRDBA.Generator.Manifest;
using LoRDBA.Tests;
using LoRDBA.Tool.Manifests;

namespace LoRDBA.Generator.Tests.Manifest;

/// <summary>What <c>lordba manifest</c> writes is what the generator reads.</summary>
public sealed class ManifestRoundTripTests
{
    private static readonly Gen<LinearShape> GenLinear = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 3], Gen.Int[1, 65536], Gen.Int[1, 200_000], Gen.Int[1, 64], Gen.Bool,
        (name, input, nIn, nOut, rank, scaled) => new LinearShape($"blk.{name}.attn_q", $"blk.{input}.attn", nIn, nOut, rank, scaled));

    private static readonly Gen<AdapterShapes> GenAdapter = Gen.Select(Gen.String, GenLinear.List[1, 20],
        (name, linears) => new AdapterShapes(name, "", [.. linears.DistinctBy(linear => linear.Name)]));

    [Fact]
    public void Every_linear_comes_back()
    {
        using var model = new TinyModel().Load();
        GenAdapter.List[1, 3].Sample(adapters =>
        {
            var content = Read(ManifestWriter.ToText(model, adapters));

            Assert.Equal((model.Config.Name, model.Fingerprint.ToString()), (content.Base.Name, content.Base.Fingerprint));
            var lists = adapters.Select(adapter => adapter.Linears).DistinctBy(linears => string.Join(' ', linears)).ToList();
            Assert.Equal(
                lists.SelectMany((linears, i) => linears.Select(linear => (linear.Name, linear.Input, linear.NIn, linear.NOut, linear.Rank, linear.HasScaleIn))),
                content.Linears.Select(linear => (linear.Name, linear.Group!.Split(':')[1], linear.NIn, linear.NOut, linear.Rank, linear.HasScaleIn)));
            Assert.Equal(lists.Sum(linears => linears.DistinctBy(linear => linear.Input).Count()), content.Linears.Select(linear => linear.Group).Distinct().Count());
        }, iter: 200);
    }

    [Fact]
    public void Odd_names_of_a_base_stay_on_their_line()
    {
        using var model = new TinyModel { Metadata = { ["general.name"] = "# two\nlines" } }.Load();

        Assert.Equal("two lines", Read(ManifestWriter.ToText(model, [AdapterShapes.OfAll(model, 4, hasScaleIn: false)])).Base.Name);
    }

    private static ManifestContent Read(string text)
    {
        var result = ManifestParser.Parse("home.shapes", text);
        Assert.Empty(result.Errors);
        return result.Value!;
    }
}
