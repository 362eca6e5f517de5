using System.Diagnostics;
using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks;

/// <summary>
/// What attention costs a token of SmolLM2-135M in all its layers, against attention token by token over a float32 cache: whole-row
/// softmax, one dot product a position. One thread, one process, in turns: the best turn of each, and the median of the turns' ratios.
/// </summary>
internal static unsafe class AttentionComparison
{
    private const int Turns = 15, Length = 512;

    private static readonly ModelConfig Config = Shapes.Smollm2(layers: 30, Length);

    /// <summary>Checks that both agree, then prints the table.</summary>
    public static void Run()
    {
        var random = new Random(1);
        var query = Figures.Values(random, Length * Config.QueryDim, range: 2);
        var key = Figures.Values(random, Length * Config.KvDim, range: 2);
        var value = Figures.Values(random, Length * Config.KvDim, range: 2);
        Console.WriteLine("| cache | tokens | at position | blocks, us/token | token by token, us/token | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var format in new[] { KeyValueFormat.F16, KeyValueFormat.I8, KeyValueFormat.F32 })
            foreach (var (tokens, repeat) in new[] { (500, 1), (1, 30) })
                Compare(format, tokens, 500 - tokens, repeat, query, key, value);
    }

    private static void Compare(KeyValueFormat format, int tokens, int position, int repeat, float[] query, float[] key, float[] value)
    {
        using var attention = new BlockAttention(Config, format);
        var former = new TokenByTokenAttention(Config);
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
                for (var i = 0; i < repeat; i++) attention.Forward(position, tokens, q, a);
                var middle = Stopwatch.GetTimestamp();
                for (var i = 0; i < repeat; i++) former.Forward(position, tokens, q, b);
                var end = Stopwatch.GetTimestamp();
                if (turn < 0) continue;
                blocks[turn] = Stopwatch.GetElapsedTime(start, middle).TotalMicroseconds / (tokens * repeat);
                single[turn] = Stopwatch.GetElapsedTime(middle, end).TotalMicroseconds / (tokens * repeat);
            }
            var error = TensorPrimitives.Distance<float>(one, other) / TensorPrimitives.Norm<float>(other);
            if (!(error < (format == KeyValueFormat.I8 ? 2e-2 : 1e-3))) throw new InvalidOperationException($"{format}: the results differ by {error} of their length.");
            Console.WriteLine($"| {format} | {tokens} | {position} | {blocks.Min():0} | {single.Min():0} | {Figures.Ratio(single, blocks):0.0} |");
        }
    }
}
