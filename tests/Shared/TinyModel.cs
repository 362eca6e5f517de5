using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tests;

/// <summary>
/// Writes a complete llama model of a few kilobytes with random weights: 2 layers, n_embd 64, 4 query and 2 key/value heads
/// of 16, n_ff 96, vocabulary 40. A test changes a field to make the model it needs, or a broken one.
/// </summary>
internal sealed class TinyModel
{
    public const int NLayer = 2, NEmbd = 64, NHead = 4, NHeadKv = 2, HeadDim = 16, NFf = 96, NVocab = 40;

    /// <summary>How the matrices are stored; in a format that is only read they are random blocks, not random values.</summary>
    public GgmlType Type { get; init; } = GgmlType.Q8_0;

    /// <summary>Whether the head is a matrix of its own.</summary>
    public bool OwnOutput { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Metadata values by key; a test adds, replaces or removes what it likes. uint, float, bool, string.</summary>
    public Dictionary<string, object> Metadata { get; } = new()
    {
        ["general.architecture"] = "llama",
        ["general.name"] = "tiny",
        ["llama.block_count"] = (uint)NLayer,
        ["llama.context_length"] = 64u,
        ["llama.embedding_length"] = (uint)NEmbd,
        ["llama.feed_forward_length"] = (uint)NFf,
        ["llama.attention.head_count"] = (uint)NHead,
        ["llama.attention.head_count_kv"] = (uint)NHeadKv,
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        ["llama.rope.dimension_count"] = (uint)HeadDim,
    };

    /// <summary>Changes the shapes before they are written; a name mapped to null is left out.</summary>
    public Dictionary<string, long[]?> Shapes { get; } = [];

    /// <summary>Adds metadata of other types.</summary>
    public Action<GgufWriter>? More { get; init; }

    /// <summary>Changes a tensor's values, [n_out][n_in], before they are stored.</summary>
    public Action<string, float[]>? Change { get; init; }

    /// <summary>The model, loaded.</summary>
    public Model Load() => Model.Load(GgufFile.FromBytes(ToArray(), "tiny model"));

    public byte[] ToArray()
    {
        var writer = new GgufWriter();
        foreach (var (key, value) in Metadata)
        {
            if (value is uint number) writer.Add(key, number);
            else if (value is float real) writer.Add(key, real);
            else if (value is bool truth) writer.Add(key, truth);
            else writer.Add(key, (string)value);
        }
        More?.Invoke(writer);

        var random = new Random(Seed);
        foreach (var (name, shape) in Tensors())
        {
            var values = new float[shape.Aggregate(1L, (product, n) => product * n)];
            var isNorm = shape.Length == 1;
            for (var i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble() - 0.5) * (isNorm ? 0.2f : 0.5f) + (isNorm ? 1 : 0);
            Change?.Invoke(name, values);
            var format = BlockFormat.Of(isNorm ? GgmlType.F32 : Type);
            var data = new byte[format.BytesFor(values.Length)];
            if (format.CanQuantize) format.Quantize(values, data);
            else FillWithBlocks(random, data);
            writer.AddTensor(name, format.Type, shape, data);
        }
        return writer.ToArray();
    }

    /// <summary>Random blocks of any format: with bits 6 and 5 of its upper byte 0 and 1 a 16-bit number, wherever it lies, is from 1/128 to 2.</summary>
    private static void FillWithBlocks(Random random, byte[] blocks)
    {
        random.NextBytes(blocks);
        foreach (ref var part in blocks.AsSpan()) part = (byte)(part & 0x9f | 0x20);
    }

    private List<(string Name, long[] Shape)> Tensors()
    {
        var all = new List<(string Name, long[] Shape)> { ("token_embd.weight", [NEmbd, NVocab]), ("output_norm.weight", [NEmbd]) };
        if (OwnOutput) all.Add(("output.weight", [NEmbd, NVocab]));
        for (var layer = 0; layer < NLayer; layer++)
        {
            all.Add(($"blk.{layer}.attn_norm.weight", [NEmbd]));
            all.Add(($"blk.{layer}.attn_q.weight", [NEmbd, NHead * HeadDim]));
            all.Add(($"blk.{layer}.attn_k.weight", [NEmbd, NHeadKv * HeadDim]));
            all.Add(($"blk.{layer}.attn_v.weight", [NEmbd, NHeadKv * HeadDim]));
            all.Add(($"blk.{layer}.attn_output.weight", [NHead * HeadDim, NEmbd]));
            all.Add(($"blk.{layer}.ffn_norm.weight", [NEmbd]));
            all.Add(($"blk.{layer}.ffn_gate.weight", [NEmbd, NFf]));
            all.Add(($"blk.{layer}.ffn_up.weight", [NEmbd, NFf]));
            all.Add(($"blk.{layer}.ffn_down.weight", [NFf, NEmbd]));
        }
        foreach (var (name, shape) in Shapes)
        {
            all.RemoveAll(tensor => tensor.Name == name);
            if (shape is not null) all.Add((name, shape));
        }
        return all;
    }
}
