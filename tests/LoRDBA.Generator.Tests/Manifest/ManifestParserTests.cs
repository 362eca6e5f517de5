using CsCheck;
using LoRDBA.Generator.Manifest;
using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Tests.Manifest;

public sealed class ManifestParserTests
{
    [Fact]
    public void Reads_the_example_of_the_document()
    {
        var content = Read($"""
            lordba-shapes 1
            base SmolLM2-135M-Instruct
            fingerprint {ManifestText.Fingerprint}
            #      linear             input      n_in  n_out rank scale_in
            linear blk.0.attn_q       blk.0.attn  576    576   16 no
            linear blk.0.attn_k       blk.0.attn  576    192   16 yes   # scaled
            """);

        Assert.Equal(new BaseSpec("SmolLM2-135M-Instruct", ManifestText.Fingerprint), content.Base);
        Assert.Equal(2, content.Linears.Length);
        var (q, k) = (content.Linears[0], content.Linears[1]);
        Assert.Equal(("blk.0.attn_q", 576, 576, 16, false), (q.Name, q.NIn, q.NOut, q.Rank, q.HasScaleIn));
        Assert.Equal(("blk.0.attn_k", 576, 192, 16, true), (k.Name, k.NIn, k.NOut, k.Rank, k.HasScaleIn));
        Assert.Equal(q.Group, k.Group);
    }

    [Fact]
    public void Knows_where_a_number_stands()
    {
        var text = ManifestText.Of("linear q  in 576 192 16 no");
        var places = Read(text).Linears[0].Places;

        Assert.Equal(((3, 13), (3, 17), (3, 21)), (At(places.NIn), At(places.NOut), At(places.Rank)));
        Assert.Equal("192", text.Substring(places.NOut.Span.Start, places.NOut.Span.Length));

        static (int Line, int Column) At(Generator.Diagnostics.Place place) => (place.Lines.Start.Line, place.Lines.Start.Character);
    }

    [Fact]
    public void A_name_may_have_blanks_and_a_fingerprint_capitals()
    {
        var content = Read($"lordba-shapes 1\nbase LoRDBA  Smart Home # ours\nfingerprint {ManifestText.Fingerprint.ToUpperInvariant()}\n");

        Assert.Equal(new BaseSpec("LoRDBA Smart Home", ManifestText.Fingerprint), content.Base);
    }

    [Fact]
    public void Adapters_share_an_input_only_within_themselves()
    {
        var content = Read(ManifestText.Of("adapter en", "linear q in 64 64 4 no", "linear k in 64 64 4 no", "adapter de", "linear q in 64 64 8 no"));

        Assert.Equal(content.Linears[0].Group, content.Linears[1].Group);
        Assert.NotEqual(content.Linears[0].Group, content.Linears[2].Group);
    }

    [Fact]
    public void Adapter_lines_in_a_row_name_the_same_linears()
    {
        var content = Read(ManifestText.Of("adapter Alder Cottage", "adapter Haus Lindenhof", "linear q in 64 64 4 no"));

        Assert.Single(content.Linears);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n\n")]
    [InlineData(" \t\n# nothing\n")]
    public void Line_ends_empty_lines_and_comments_do_not_matter(string end) =>
        Assert.Equal(Shapes(ManifestText.SmolLm2()), Shapes(ManifestText.SmolLm2().Replace("\n", end)));

    [Fact]
    public void Any_text_is_read_or_refused_but_never_thrown_at() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["lordba-shapes 1\nbase x#\t\r"], 0, 60], Gen.String.Select(text => ManifestText.Of("linear " + text)))
            .Sample(text =>
            {
                var result = ManifestParser.Parse("home.shapes", text);
                Assert.Equal(result.Value is null, result.Errors.Length > 0);
                Assert.All(result.Errors, error => Assert.InRange(error.Place.Span.End, 0, text.Length));
            }, iter: 2000);

    private static ManifestContent Read(string text)
    {
        var result = ManifestParser.Parse("home.shapes", text);
        Assert.Empty(result.Errors);
        return result.Value!;
    }

    private static IEnumerable<(string, string?, int, int, int, bool)> Shapes(string text) =>
        Read(text).Linears.Select(linear => (linear.Name, linear.Group, linear.NIn, linear.NOut, linear.Rank, linear.HasScaleIn));
}
