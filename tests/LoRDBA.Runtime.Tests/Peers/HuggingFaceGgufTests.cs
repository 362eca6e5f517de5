using System.Text.Json;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Quantization;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Peers;

/// <summary>npm @huggingface/gguf, a GGUF reader that we did not write, lists what we write, and lists other files as we do.</summary>
public sealed class HuggingFaceGgufTests
{
    private const string Script = "list-gguf.mjs";

    [Fact]
    public void It_reads_every_type_that_our_writer_writes()
    {
        using var folder = new TemporaryFolder();
        var listed = NodePeer.Run(Script, folder.Write("ours.gguf", EveryType().ToArray()));
        var metadata = listed.GetProperty("metadata");

        // UINT8 200, ...: the names are the peer's.
        Assert.Equal("UINT8 200", Value("u8"));
        Assert.Equal("INT8 -3", Value("i8"));
        Assert.Equal("UINT16 60000", Value("u16"));
        Assert.Equal("INT16 -300", Value("i16"));
        Assert.Equal("UINT32 4000000000", Value("u32"));
        Assert.Equal("INT32 -42", Value("i32"));
        Assert.Equal("FLOAT32 0.5", Value("f32"));
        Assert.Equal("BOOL True", Value("bool"));
        Assert.Equal("STRING Grüße", Value("text"));
        Assert.Equal("UINT64 1099511627776", Value("u64"));
        Assert.Equal("INT64 -1099511627776", Value("i64"));
        Assert.Equal("FLOAT64 0.1", Value("f64"));
        Assert.Equal("ARRAY [1,2,255]", Value("bytes"));
        Assert.Equal("ARRAY [\"a\",\"\",\"ccc\"]", Value("texts"));
        Assert.Equal("UINT8", metadata.GetProperty("bytes").GetProperty("subType").GetString());

        string Value(string key) => $"{metadata.GetProperty(key).GetProperty("type")} {metadata.GetProperty(key).GetProperty("value")}";
    }

    [Fact]
    public void It_lists_the_tensors_of_our_writer_as_we_do()
    {
        using var folder = new TemporaryFolder();
        AssertSameListing(folder.Write("ours.gguf", EveryType().ToArray()));
    }

    /// <summary>A .lordba file is plain GGUF: whoever can read that sees what it is, for which base, and one tensor a weight.</summary>
    [Fact]
    public void It_lists_a_lordba_adapter()
    {
        var madeFor = new LordbaBase("llama", "tiny", Sha256Digest.Of([1]), Sha256Digest.Of([2]), Sha256Digest.Of([3]));
        var bytes = LordbaWriter.ToArray(RandomFactors.Header(madeFor, "MIT"),
        [
            RandomFactors.Create("blk.0.attn_q.weight", 72, 40, 16, 4, 3, 1),
            RandomFactors.Create("blk.0.ffn_down.weight", 100, 33, 5, 16, 0, 2),
        ]);
        using var folder = new TemporaryFolder();
        var path = folder.Write("random.lordba", bytes);
        var listed = NodePeer.Run(Script, path);
        var metadata = listed.GetProperty("metadata");

        Assert.Equal("llama", Value("general.architecture").GetString());
        Assert.Equal("adapter", Value("general.type").GetString());
        Assert.Equal("lordba", Value("adapter.type").GetString());
        Assert.Equal(1, Value("lordba.format_version").GetInt32());
        Assert.Equal(madeFor.Fingerprint.ToArray(), Value("lordba.base.fingerprint").EnumerateArray().Select(number => number.GetByte()));
        Assert.Equal(["blk.0.attn_q.lordba I8", "blk.0.ffn_down.lordba I8"],
            listed.GetProperty("tensors").EnumerateArray().Select(tensor => $"{tensor.GetProperty("name")} {tensor.GetProperty("type")}"));
        AssertSameListing(path);

        JsonElement Value(string key) => metadata.GetProperty(key).GetProperty("value");
    }

    [Fact]
    public void It_lists_a_requantized_model()
    {
        using var folder = new TemporaryFolder();
        using var model = Model.Load(SharedFiles.Require("models/tiny-qwen3.gguf"));
        var path = Path.Combine(folder.Path, "small.gguf");
        ModelQuantizer.Save(QuantizationPlan.Of(model, GgmlType.Q4_0), path, cancellation: TestContext.Current.CancellationToken);

        AssertSameListing(path);
    }

    [Theory]
    [InlineData("models/tiny-llama.gguf")]
    [InlineData("models/tiny-qwen3.gguf")]
    [InlineData("models/SmolLM2-135M-Instruct.Q4_1.gguf")]
    [InlineData("reference/block-formats.gguf")]
    public void It_lists_real_files_as_we_do(string shared) => AssertSameListing(SharedFiles.Require(shared));

    private static void AssertSameListing(string path)
    {
        var listed = NodePeer.Run(Script, path);
        using var file = GgufFile.Open(path);

        Assert.Equal($"{file.DataOffset}", listed.GetProperty("dataOffset").GetString());
        Assert.Equal(
            listed.GetProperty("tensors").EnumerateArray().Select(tensor => $"{tensor.GetProperty("name")} {tensor.GetProperty("type")} {Shape(tensor)} at {tensor.GetProperty("offset")}"),
            file.Tensors.Select(tensor => $"{tensor} at {tensor.Offset - file.DataOffset}"));
        foreach (var key in file.Metadata.Keys)
        {
            var value = file.Metadata[key];
            var theirs = listed.GetProperty("metadata").GetProperty(key);
            Assert.Equal(theirs.GetProperty("type").GetString(), $"{value.Type}".ToUpperInvariant());
            if (value.Type == GgufValueType.Array) Assert.Equal(theirs.GetProperty("value").GetArrayLength(), value.Count);
        }
    }

    private static string Shape(JsonElement tensor) => $"[{string.Join(", ", tensor.GetProperty("shape").EnumerateArray())}]";

    private static GgufWriter EveryType()
    {
        var writer = new GgufWriter { Alignment = 64 }
            .Add("general.architecture", "llama")
            .Add("u8", (byte)200).Add("i8", (sbyte)-3).Add("u16", (ushort)60000).Add("i16", (short)-300)
            .Add("u32", 4_000_000_000u).Add("i32", -42).Add("f32", 0.5f).Add("bool", true).Add("text", "Grüße")
            .Add("u64", 1ul << 40).Add("i64", -(1L << 40)).Add("f64", 0.1)
            .AddArray<byte>("bytes", [1, 2, 255]).AddArray("texts", ["a", "", "ccc"]);
        foreach (var type in Enum.GetValues<GgmlType>())
        {
            Assert.True(BlockSize.TryOf(type, out var size));
            writer.AddTensor($"tensor.{type}", type, [size.Elements, 3], new byte[3 * size.Bytes]);
        }
        return writer;
    }
}
