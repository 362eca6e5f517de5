using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Files that other programs wrote: real models and the reference blocks.</summary>
public sealed class SharedModelTests
{
    [Theory]
    [InlineData("tiny-llama.gguf", "llama")]
    [InlineData("tiny-llama3-rope.gguf", "llama")]
    [InlineData("tiny-qwen2.gguf", "qwen2")]
    [InlineData("tiny-qwen3.gguf", "qwen3")]
    public void A_real_model_is_mapped_and_listed(string model, string architecture)
    {
        using var file = GgufFile.Open(SharedFiles.Require($"models/{model}"));

        Assert.Equal(architecture, file.Metadata.GetString("general.architecture"));
        Assert.True(file.TryGetTensor("token_embd.weight", out var embedding));
        Assert.Equal((long)file.Metadata.GetUInt32($"{architecture}.embedding_length"), embedding.Dim(0));
        Assert.Equal((long)file.Metadata.GetStringArray("tokenizer.ggml.tokens").Count, embedding.Dim(1));
        Assert.Equal(embedding.ByteLength, file.Span(embedding).Length);
    }

    [Fact]
    public void SmolLM2_is_what_its_card_says()
    {
        using var file = GgufFile.Open(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        var metadata = file.Metadata;

        Assert.Equal(30u, metadata.GetUInt32("llama.block_count"));
        Assert.Equal(576u, metadata.GetUInt32("llama.embedding_length"));
        Assert.Equal(9u, metadata.GetUInt32("llama.attention.head_count"));
        Assert.Equal(3u, metadata.GetUInt32("llama.attention.head_count_kv"));
        Assert.Equal(49152, metadata.GetStringArray("tokenizer.ggml.tokens").Count);
        Assert.Equal(GgmlType.Q8_0, file.GetTensor("token_embd.weight").Type);
        Assert.Equal(GgmlType.Q4_1, file.GetTensor("blk.29.ffn_down.weight").Type);
    }

    public static TheoryData<string> Formats => [.. BlockFormat.All.Where(format => format.Type != GgmlType.F32).Select(format => format.Name)];

    [Fact]
    public void The_table_has_a_row_for_every_reference_format()
    {
        using var file = GgufFile.Open(SharedFiles.Require("reference/block-formats.gguf"));
        var named = file.Tensors.Where(tensor => tensor.Name.EndsWith(".blocks", StringComparison.Ordinal)).Select(tensor => tensor.Type.ToString());
        Assert.Equal(named.Order(), Formats.Select(row => row.Data).Order());
    }

    /// <summary>The values were computed by another implementation; one float32 rounding apart is equal.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Reference_blocks_have_the_reference_values(string name)
    {
        using var file = GgufFile.Open(SharedFiles.Require("reference/block-formats.gguf"));
        var blocks = file.GetTensor($"{name.ToLowerInvariant()}.blocks");
        var values = file.GetTensor($"{name.ToLowerInvariant()}.values");
        var expected = new float[values.ElementCount];
        BlockFormat.Of(GgmlType.F32).Dequantize(file.Span(values), expected);

        var actual = new float[expected.Length];
        BlockFormat.Of(Enum.Parse<GgmlType>(name)).Dequantize(file.Span(blocks), actual);

        for (var i = 0; i < actual.Length; i++)
            Assert.True(actual[i] == expected[i] || MathF.BitIncrement(actual[i]) == expected[i] || MathF.BitDecrement(actual[i]) == expected[i],
                $"{name}[{i}]: {actual[i]:R} instead of {expected[i]:R}");
    }
}
