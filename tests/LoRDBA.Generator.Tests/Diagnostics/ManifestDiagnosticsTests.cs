using static LoRDBA.Generator.Tests.ManifestText;

namespace LoRDBA.Generator.Tests.Diagnostics;

/// <summary>Each way in which a manifest can be wrong: id, line and column as an editor counts them, and what is said.</summary>
public sealed class ManifestDiagnosticsTests
{
    private const string Linear = "linear q in 64 64 4 no";

    public static TheoryData<string, string> Cases => new()
    {
        { "", "home.shapes(1,1): LORDBA002: A manifest begins with 'lordba-shapes 1', not with '': write it with 'lordba manifest'" },
        { "\n # none\n  lordba-shapes 2 # newer", "home.shapes(3,3): LORDBA002: A manifest begins with 'lordba-shapes 1', not with 'lordba-shapes 2': write it with 'lordba manifest'" },
        { "GGUF\u0003", "home.shapes(1,1): LORDBA002: A manifest begins with 'lordba-shapes 1', not with 'GGUF\\u0003': write it with 'lordba manifest'" },
        { Of(Linear, "  layer q"), "home.shapes(5,3): LORDBA003: No line of a manifest begins with 'layer', only with base, fingerprint, adapter or linear" },
        { Of("linear q in 64 64 4"), "home.shapes(4,1): LORDBA004: A line 'linear' has 6 columns behind that word, not 5" },
        { Of("linear q in 64 64 4 no 3"), "home.shapes(4,1): LORDBA004: A line 'linear' has 6 columns behind that word, not 7" },
        { Of(Linear).Replace("base Tiny", "base # Tiny"), "home.shapes(2,1): LORDBA004: A line 'base' has one text behind that word, not none" },
        { Of("linear q in 64 6x4 4 no"), "home.shapes(4,16): LORDBA005: '6x4' is no value of the column n_out, which takes a whole number" },
        { Of("linear q in 99999999999 64 4 no"), "home.shapes(4,13): LORDBA005: '99999999999' is no value of the column n_in, which takes a whole number" },
        { Of("linear q in 64 64 4 maybe"), "home.shapes(4,21): LORDBA005: 'maybe' is no value of the column scale_in, which takes yes or no" },
        { Of(Linear).Replace("base Tiny\n", ""), "home.shapes(1,1): LORDBA006: A manifest has exactly one line 'base', this one has none" },
        { Of(Linear).Replace($"fingerprint {Fingerprint}\n", ""), "home.shapes(1,1): LORDBA006: A manifest has exactly one line 'fingerprint', this one has none" },
        { Of("base Other", Linear), "home.shapes(4,1): LORDBA006: A manifest has exactly one line 'base', this one has another before" },
        { Of(Linear).Replace(Fingerprint, "33cd"), "home.shapes(3,1): LORDBA007: '33cd' is no fingerprint: it has 64 hexadecimal digits" },
        { Of(Linear).Replace(Fingerprint, Fingerprint[..63] + "g"), $"home.shapes(3,1): LORDBA007: '{Fingerprint[..63]}g' is no fingerprint: it has 64 hexadecimal digits" },
        { Of(Linear, Linear), "home.shapes(5,8): LORDBA008: The linear 'q' is listed twice for one adapter" },
        { Of(Linear, "linear k in 128 64 4 no"), "home.shapes(5,13): LORDBA009: 'k' reads 128 inputs, but another linear with the same input reads 64" },
        { Of(), "home.shapes(1,1): LORDBA010: Firmware.HomeKernels gets no kernel: no linear is listed for it" },
        { Of("linear q in 64 64 0 no"), "home.shapes(4,19): LORDBA011: The rank 0 of 'q' is not 1 to 256" },
        { Of("linear q in 64 64 257 no"), "home.shapes(4,19): LORDBA011: The rank 257 of 'q' is not 1 to 256" },
        { Of("linear q in 0 64 4 no"), "home.shapes(4,13): LORDBA012: n_in 0 of 'q' is not 1 to 65536: no kernel can serve it" },
        { Of("linear q in 65537 64 4 no"), "home.shapes(4,13): LORDBA012: n_in 65537 of 'q' is not 1 to 65536: no kernel can serve it" },
        { Of("linear q in 64 -1 4 no"), "home.shapes(4,16): LORDBA012: n_out -1 of 'q' is not 1 to 16777216: no kernel can serve it" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_manifest_that_is_wrong_is_told_where(string text, string expected)
    {
        var run = new GeneratorProject().Manifest("home.shapes", text).Run();

        Assert.Equal([expected], run.Diagnostics.Select(Told.Text));
        Assert.DoesNotContain(run.GeneratedSources, source => source.HintName.Contains("HomeKernels"));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var run = new GeneratorProject().Manifest("home.shapes", Of("linear q in 64 64 x y", "rank 4", "linear k in 64 64 99 no")).Run();

        Assert.Equal(["LORDBA005", "LORDBA005", "LORDBA003"], run.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var run = new GeneratorProject().AdditionalFile("home.shapes", null, ("LordbaManifest", "true")).Run();

        Assert.Equal(["home.shapes(1,1): LORDBA001: The manifest 'home.shapes' cannot be read as text"], run.Diagnostics.Select(Told.Text));
    }

    [Fact]
    public void Other_additional_files_are_none_of_our_business()
    {
        var run = new GeneratorProject().AdditionalFile("notes.txt", "Buy milk.").Run();

        Assert.Empty(run.Diagnostics);
    }
}
