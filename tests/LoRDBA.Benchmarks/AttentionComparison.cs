using System.Diagnostics;
using System.Numerics.Tensors;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks;

/// <summary>
/// What attention costs a token of SmolLM2-135M in all its layers, against attention token by token over a float32 cache: whole-row
/// softmax, one dot product a position. One thread, one process, in turns: the best turn of each, and the median of the turns' ratios.
/// </summary>
internal static unsafe class AttentionComparison
{
    private const int Turns = 15, Length = 512;

    private static readonly ModelConfig Config = new()
    {
        Architecture = "llama",
        Name = "SmolLM2-135M",
        NVocab = 1,
        NEmbd = 576,
        NLayer = 30,
        NHead = 9,
        NHeadKv = 3,
        HeadDim = 64,
        NFf = 1,
        RopeDim = 64,
        RopeFreqBase = 1,
        RmsEps = 1,
        ContextLength = Length,
    };

    /// <summary>Checks that both agree, then prints the table.</summary>
    public static void Run()
    {
        var random = new Random(1);
        var query = Values(random, Length * Config.QueryDim);
        var key = Values(random, Length * Config.KvDim);
        var value = Values(random, Length * Config.KvDim);
        Console.WriteLine("| cache | tokens | at position | blocks, us/token | token by token, us/token | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var format in new[] { KeyValueFormat.F16, KeyValueFormat.I8, KeyValueFormat.F32 })
            foreach (var (tokens, repeat) in new[] { (500, 1), (1, 30) })
                Compare(format, tokens, 500 - tokens, repeat, query, key, value);
    }

    private static void Compare(KeyValueFormat format, int tokens, int position, int repeat, float[] query, float[] key, float[] value)
    {
        Attention attention = null!;
        using var arena = Arena.Create(arena => attention = new Attention(arena, Config, new KeyValueCache(arena, Config, Length, format), workers: 1));
        var former = new TokenByToken(Config, Length);
        float[] one = new float[Length * Config.QueryDim], other = new float[Length * Config.QueryDim];
        fixed (float* q = query, k = key, v = value, a = one, b = other)
        {
            for (var layer = 0; layer < Config.NLayer; layer++)
                for (var t = 0; t < Length; t++)
                    for (var head = 0; head < Config.NHeadKv; head++)
                    {
                        attention.Store(layer, head, t, k + t * Config.KvDim + head * Config.HeadDim, v + t * Config.KvDim + head * Config.HeadDim);
                        former.Store(layer, head, t, k + t * Config.KvDim + head * Config.HeadDim, v + t * Config.KvDim + head * Config.HeadDim);
                    }

            double[] blocks = new double[Turns], single = new double[Turns];
            for (var turn = -3; turn < Turns; turn++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < repeat; i++) Blocks(attention, position, tokens, q, a);
                var middle = Stopwatch.GetTimestamp();
                for (var i = 0; i < repeat; i++) former.Forward(position, tokens, q, b);
                var end = Stopwatch.GetTimestamp();
                if (turn < 0) continue;
                blocks[turn] = Stopwatch.GetElapsedTime(start, middle).TotalMicroseconds / (tokens * repeat);
                single[turn] = Stopwatch.GetElapsedTime(middle, end).TotalMicroseconds / (tokens * repeat);
            }
            var error = TensorPrimitives.Distance<float>(one, other) / TensorPrimitives.Norm<float>(other);
            if (!(error < (format == KeyValueFormat.I8 ? 2e-2 : 1e-3))) throw new InvalidOperationException($"{format}: the results differ by {error} of their length.");
            Console.WriteLine($"| {format} | {tokens} | {position} | {blocks.Min():0} | {single.Min():0} | {Median([.. single.Zip(blocks, (x, y) => x / y)]):0.0} |");
        }
    }

    private static void Blocks(Attention attention, int position, int tokens, float* query, float* output)
    {
        var group = Config.NHead / Config.NHeadKv;
        for (var layer = 0; layer < Config.NLayer; layer++)
            for (var first = 0; first < tokens; first += Attention.MaxTokens)
                for (var head = 0; head < Config.NHeadKv; head++)
                {
                    var offset = first * Config.QueryDim + head * group * Config.HeadDim;
                    attention.Forward(worker: 0, layer, head, position + first, Math.Min(Attention.MaxTokens, tokens - first), query + offset, output + offset, Config.QueryDim);
                }
    }

    /// <summary>One query head at a time, keys and values [layer][head][length][head_dim] in float32.</summary>
    private sealed class TokenByToken(ModelConfig config, int length)
    {
        private readonly float[] keys = new float[config.NLayer * config.KvDim * length], values = new float[config.NLayer * config.KvDim * length], scores = new float[length];

        public void Store(int layer, int head, int position, float* key, float* value)
        {
            new ReadOnlySpan<float>(key, config.HeadDim).CopyTo(keys.AsSpan(Offset(layer, head) + position * config.HeadDim));
            new ReadOnlySpan<float>(value, config.HeadDim).CopyTo(values.AsSpan(Offset(layer, head) + position * config.HeadDim));
        }

        public void Forward(int position, int tokens, float* query, float* output)
        {
            for (var layer = 0; layer < config.NLayer; layer++)
                for (var t = 0; t < tokens; t++)
                    for (var head = 0; head < config.NHead; head++)
                    {
                        var offset = t * config.QueryDim + head * config.HeadDim;
                        Forward(query + offset, Offset(layer, head * config.NHeadKv / config.NHead), position + t + 1, output + offset);
                    }
        }

        private void Forward(float* query, int offset, int seen, float* output)
        {
            var weights = scores.AsSpan(0, seen);
            fixed (float* k = &keys[offset], v = &values[offset])
            {
                for (var j = 0; j < seen; j++) weights[j] = FloatDot.Dot(query, k + j * config.HeadDim, config.HeadDim) / MathF.Sqrt(config.HeadDim);
                TensorPrimitives.SoftMax(weights, weights);
                new Span<float>(output, config.HeadDim).Clear();
                for (var j = 0; j < seen; j++) FloatDot.AddScaled(output, v + j * config.HeadDim, weights[j], config.HeadDim);
            }
        }

        private int Offset(int layer, int head) => (layer * config.NHeadKv + head) * length * config.HeadDim;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 4 - 2)];
}
