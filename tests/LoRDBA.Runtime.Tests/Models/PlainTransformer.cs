using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What a model does, said once more and apart from the runtime's table; the values of the keys are the test's own.</summary>
internal sealed record PlainOptions
{
    public bool TurnsHalves { get; init; }
    public bool NormsBefore { get; init; } = true;
    public bool NormsAfter { get; init; }
    public bool NormsHeads { get; init; }
    public bool NormsRows { get; init; }
    public bool IsGelu { get; init; }

    /// <summary>Whether gelu's argument and value are rounded to 16 bits, as in llama.cpp's table of it.</summary>
    public bool RoundsGelu { get; init; }

    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Null for 1 / sqrt(head_dim).</summary>
    public double? AttentionScale { get; init; }

    public double ResidualScale { get; init; } = 1;

    /// <summary>What logits are divided by.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>0 for none.</summary>
    public double AttentionCap { get; init; }

    /// <summary>0 for none.</summary>
    public double LogitCap { get; init; }

    /// <summary>Positions that a layer sees.</summary>
    public Func<int, int> WindowOf { get; init; } = _ => int.MaxValue;

    /// <summary>The rotary base of a layer; null for a layer that does not rotate.</summary>
    public Func<int, double?> RopeBaseOf { get; init; } = _ => 10_000;

    /// <summary>What a layer's angles are divided by.</summary>
    public Func<int, double> RopeFactorOf { get; init; } = _ => 1;

    /// <summary>What the angle of a pair is divided by.</summary>
    public Func<int, double> RopeDivisorOf { get; init; } = _ => 1;

    /// <summary>What cos and sin are multiplied by.</summary>
    public double RopeMagnitude { get; init; } = 1;

    /// <summary>Whether q, k and v are one matrix, and gate and up.</summary>
    public bool FusesInputs { get; init; }
}

/// <summary>
/// A transformer by its definition: one token after the other, float64, loops, every position kept; nothing of the runtime's but the reader of
/// the file.
/// </summary>
internal sealed class PlainTransformer(GgufFile file, int layers, TinyShape shape, PlainOptions options)
{
    private const double Epsilon = 1e-5;

    private readonly Dictionary<string, double[]> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => Values(file, tensor));
    private readonly List<double[]>[] keys = [.. Enumerable.Range(0, layers).Select(_ => new List<double[]>())];
    private readonly List<double[]>[] values = [.. Enumerable.Range(0, layers).Select(_ => new List<double[]>())];

    /// <summary>The logits after the next token.</summary>
    public double[] Next(int token)
    {
        var residual = tensors["token_embd.weight"].AsSpan(token * shape.NEmbd, shape.NEmbd).ToArray().Select(x => x * options.EmbeddingScale).ToArray();
        for (var layer = 0; layer < layers; layer++)
        {
            var x = options.NormsBefore ? Norm(residual, $"blk.{layer}.attn_norm") : residual;
            residual = Add(residual, Attention(layer, x), $"blk.{layer}.post_attention_norm");
            x = options.NormsBefore ? Norm(residual, $"blk.{layer}.ffn_norm") : residual;
            residual = Add(residual, FeedForward(layer, x), $"blk.{layer}.post_ffw_norm");
        }
        var head = tensors.ContainsKey("output.weight") ? "output" : "token_embd";
        return [.. Multiply(head, Norm(residual, "output_norm")).Select(x => Cap(x / options.LogitScale, options.LogitCap))];
    }

    private double[] Attention(int layer, double[] x)
    {
        var (q, k, v) = QueryKeyValue(layer, x);
        var position = keys[layer].Count;
        q = Ready(q, layer, position, "attn_q_norm");
        keys[layer].Add(Ready(k, layer, position, "attn_k_norm"));
        values[layer].Add(v);

        var attended = new double[q.Length];
        var first = (int)Math.Max(0, position + 1L - options.WindowOf(layer));
        for (var head = 0; head < shape.NHead; head++)
        {
            int own = head * shape.HeadDim, shared = head / (shape.NHead / shape.NHeadKv) * shape.HeadDim;
            var weights = new double[position + 1];
            for (var j = first; j <= position; j++)
            {
                var score = 0.0;
                for (var i = 0; i < shape.HeadDim; i++) score += q[own + i] * keys[layer][j][shared + i];
                weights[j] = Math.Exp(Cap(score * (options.AttentionScale ?? 1 / Math.Sqrt(shape.HeadDim)), options.AttentionCap));
            }
            var sum = weights.Sum();
            for (var j = first; j <= position; j++)
                for (var i = 0; i < shape.HeadDim; i++) attended[own + i] += weights[j] / sum * values[layer][j][shared + i];
        }
        return Multiply($"blk.{layer}.attn_output", attended);
    }

    private (double[] Q, double[] K, double[] V) QueryKeyValue(int layer, double[] x)
    {
        if (!options.FusesInputs) return (Multiply($"blk.{layer}.attn_q", x), Multiply($"blk.{layer}.attn_k", x), Multiply($"blk.{layer}.attn_v", x));
        var all = Multiply($"blk.{layer}.attn_qkv", x);
        int q = shape.NHead * shape.HeadDim, kv = shape.NHeadKv * shape.HeadDim;
        return (all[..q], all[q..(q + kv)], all[(q + kv)..]);
    }

    /// <summary>Queries or keys, normed and rotated.</summary>
    private double[] Ready(double[] heads, int layer, int position, string norm)
    {
        if (options.NormsRows) heads = Norm(heads, $"blk.{layer}.{norm}");
        var result = new List<double>();
        foreach (var part in heads.Chunk(shape.HeadDim)) result.AddRange(Rotated(options.NormsHeads ? Norm(part, $"blk.{layer}.{norm}") : part, layer, position));
        return [.. result];
    }

    private double[] Rotated(double[] head, int layer, int position)
    {
        if (options.RopeBaseOf(layer) is not { } freqBase) return head;
        var result = (double[])head.Clone();
        var half = head.Length / 2;
        for (var i = 0; i < half; i++)
        {
            var (a, b) = options.TurnsHalves ? (i, i + half) : (2 * i, 2 * i + 1);
            var (sin, cos) = Math.SinCos(position * Math.Pow(freqBase, -2.0 * i / head.Length) / options.RopeFactorOf(layer) / options.RopeDivisorOf(i));
            (sin, cos) = (options.RopeMagnitude * sin, options.RopeMagnitude * cos);
            (result[a], result[b]) = (head[a] * cos - head[b] * sin, head[a] * sin + head[b] * cos);
        }
        return result;
    }

    private double[] FeedForward(int layer, double[] x)
    {
        var up = Multiply($"blk.{layer}.ffn_up", x);
        var gate = options.FusesInputs ? up[..shape.NFf] : Multiply($"blk.{layer}.ffn_gate", x);
        if (options.FusesInputs) up = up[shape.NFf..];
        for (var i = 0; i < gate.Length; i++)
            gate[i] = up[i] * (options.IsGelu ? Gelu(gate[i]) : gate[i] / (1 + Math.Exp(-gate[i])));
        return Multiply($"blk.{layer}.ffn_down", gate);
    }

    private double Gelu(double x)
    {
        double Rounded(double value) => options.RoundsGelu ? (double)(Half)value : value;
        x = Rounded(x);
        return Rounded(x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
    }

    private double[] Add(double[] residual, double[] block, string norm)
    {
        if (options.NormsAfter) block = Norm(block, norm);
        return [.. residual.Zip(block, (x, y) => x + options.ResidualScale * y)];
    }

    private double[] Norm(double[] x, string name)
    {
        var weight = tensors[$"{name}.weight"];
        Assert.Equal(weight.Length, x.Length);
        var root = Math.Sqrt(x.Average(value => value * value) + Epsilon);
        return [.. x.Zip(weight, (value, w) => value / root * w)];
    }

    private double[] Multiply(string name, double[] x)
    {
        var (matrix, bias) = (tensors[$"{name}.weight"], tensors.GetValueOrDefault($"{name}.bias"));
        var y = new double[matrix.Length / x.Length];
        for (var row = 0; row < y.Length; row++)
        {
            for (var i = 0; i < x.Length; i++) y[row] += matrix[row * x.Length + i] * x[i];
            if (bias is not null) y[row] += bias[row];
        }
        return y;
    }

    private static double Cap(double x, double cap) => cap == 0 ? x : cap * Math.Tanh(x / cap);

    private static double[] Values(GgufFile file, GgufTensor tensor)
    {
        var values = new float[Enumerable.Range(0, tensor.NDims).Aggregate(1L, (product, i) => product * tensor.Dim(i))];
        LoRDBA.Runtime.Blocks.BlockFormat.Of(tensor.Type).Dequantize(file.Span(tensor), values);
        return [.. values.Select(value => (double)value)];
    }
}
