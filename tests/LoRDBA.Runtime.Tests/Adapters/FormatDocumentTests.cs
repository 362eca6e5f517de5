using System.Globalization;
using System.Text.RegularExpressions;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>The worked example of docs/format.md: what the page shows is what the writer writes and the reader reads.</summary>
public sealed partial class FormatDocumentTests
{
    /// <summary>s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ x)), 3 -> 2, rank 2: the tensor that the page explains.</summary>
    private static readonly LordbaFactors Factors = new()
    {
        Name = "blk.0.attn_q.weight",
        NIn = 3,
        SignsA = [0b101, 0, 0, 0, 0, 0, 0, 0, 0b010, 0, 0, 0, 0, 0, 0, 0],
        SignsB = [0b01, 0, 0, 0, 0, 0, 0, 0, 0b11, 0, 0, 0, 0, 0, 0, 0],
        M = [1, 0.5f],
        ScaleOut = [0.25f, 1],
        CodeOut = new ScaleCode(4, -2, 0.5f),
        ScaleIn = [1, 4, 2],
        CodeIn = new ScaleCode(3, 0, 1),
    };

    private static readonly LordbaHeader Header = new()
    {
        Name = "example",
        Base = new LordbaBase("llama", "tiny", Sha256Digest.Of("base"u8), Sha256Digest.Of("tokenizer"u8), Sha256Digest.Of("template"u8)),
        ScaleBits = 4,
    };

    private static string Page => File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "docs", "format.md"));

    [Fact]
    public void The_file_that_the_page_shows_is_written()
    {
        var written = LordbaWriter.ToArray(Header, [Factors]);
        var shown = DumpLine().Matches(Page).SelectMany(line => Bytes(line.Groups[1].Value)).ToArray();
        Assert.True(written.AsSpan().SequenceEqual(shown), $"docs/format.md should show\n{Dump(written)}");
    }

    [Fact]
    public void Every_field_that_the_page_explains_lies_where_it_says()
    {
        var written = LordbaWriter.ToArray(Header, [Factors]);
        var fields = TableRow().Matches(Page);
        Assert.NotEmpty(fields);
        foreach (Match field in fields)
        {
            var offset = int.Parse(field.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var bytes = Bytes(field.Groups[2].Value);
            Assert.True(written.AsSpan(offset, bytes.Length).SequenceEqual(bytes), field.Value);
        }
    }

    [Fact]
    public void The_file_that_the_page_shows_is_read()
    {
        using var file = LordbaFile.From(GgufFile.FromBytes([.. DumpLine().Matches(Page).SelectMany(line => Bytes(line.Groups[1].Value))], "docs/format.md"));
        var tensor = Assert.Single(file.Tensors);
        Assert.Equal(Header, file.Header);
        Assert.Equal((Factors.Name, 2, 3, 2), (tensor.Name, tensor.Rank, tensor.NIn, tensor.NOut));
    }

    [Fact]
    public unsafe void The_example_computes_what_the_page_says()
    {
        using var file = LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(Header, [Factors]), "example"));
        float* m = stackalloc float[2], scaleOut = stackalloc float[16], scaleIn = stackalloc float[16], z = stackalloc float[2];
        var planes = stackalloc byte[2];
        var linear = new Linear(Factors.Name, 0, 0, LinearKind.Query, 3, 2, BlockFormat.Of(GgmlType.F32), null, null);
        var branch = new LordbaBranch(linear, file.Tensors[0], m, scaleOut, scaleIn, planes);
        branch.Decode(file.Tensors[0]);
        float[] x = [1, 1, 1], y = [10, 20];
        fixed (float* px = x, py = y)
        {
            branch.ShrinkFloat(px, 1, z, 2);
            branch.ExpandFloat(z, 2, 1, py, 0, 2, weight: 1);
        }

        Assert.Equal([10 - 0.125f, 20 + 1.5f], y);
    }

    private static string Dump(byte[] file) => string.Join("\n", file.Chunk(16).Select((bytes, line) =>
        $"{line * 16:x4}  {string.Join(' ', bytes.Select(b => $"{b:x2}")),-47}  {string.Concat(bytes.Select(b => b is > 32 and < 127 ? (char)b : '.'))}"));

    private static byte[] Bytes(string hex) => [.. hex.Split(' ').Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    // 0040  67 67 75 66 ...  gguf...
    [GeneratedRegex(@"^[0-9a-f]{4}  ((?:[0-9a-f]{2} ?)*[0-9a-f]{2}) ", RegexOptions.Multiline)]
    private static partial Regex DumpLine();

    // | 0x0040 | `67 67` | what |
    [GeneratedRegex(@"^\| 0x([0-9a-f]{4}) \| `([0-9a-f ]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
