using System.Runtime.InteropServices;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.RandomModels;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>Writes adapters with random content that nudge a model a little: what they cost is what trained ones cost. Equal arguments
/// give equal bytes.</summary>
internal static class RandomAdapters
{
    /// <summary>Of a LoRA's factors; their product is far below the weights of a model.</summary>
    private const float LoraDeviation = 0.01f;

    /// <summary>Codes of s_out stand for 2^-12 to 2^-10.6: that times a sum over signs is far below a model's outputs, too.</summary>
    private static readonly ScaleCode OutCode = new(Bits: 4, Log2Min: -12, Log2Step: 0.1f);

    /// <summary>A .lordba file as <c>lordba convert</c> writes them: 4-bit s_out, no s_in.</summary>
    public static void SaveLordba(string path, Model model, int rank, AdapterTargets targets, ulong seed) => LordbaWriter.Save(
        path, new LordbaHeader { Name = $"random signs, rank {rank}, {targets.Name}", Base = LordbaBase.Of(model), ScaleBits = OutCode.Bits },
        [.. targets.Of(model).Select(linear => SignFactors(linear, rank, seed))]);

    /// <summary>A LoRA in GGUF whose factors are 16-bit numbers, which llama.cpp loads as well.</summary>
    public static void SaveLora(string path, Model model, int rank, AdapterTargets targets, ulong seed)
    {
        var name = $"random LoRA, rank {rank}, {targets.Name}";
        using var adapter = Adapter.FromFactors(name, model, [.. targets.Of(model).Select(linear => RealFactors(linear, rank, seed))]);
        GgufLoraWriter.Save(path, adapter);
    }

    private static LoraFactors RealFactors(Linear linear, int rank, ulong seed)
    {
        var (a, b, column) = (new float[rank * linear.NIn], new float[linear.NOut * rank], new float[linear.NOut]);
        for (var k = 0; k < rank; k++)
        {
            FillHalves(RandomValues.Row(seed, 2 * linear.Index, k), a.AsSpan(k * linear.NIn, linear.NIn));
            FillHalves(RandomValues.Row(seed, 2 * linear.Index + 1, k), column);
            for (var row = 0; row < column.Length; row++) b[row * rank + k] = column[row];
        }
        return new LoraFactors(linear, Scaling: 1, a, b);
    }

    private static LordbaFactors SignFactors(Linear linear, int rank, ulong seed)
    {
        var random = RandomValues.Row(seed, linear.Index, 0);
        var scaleOut = new float[linear.NOut];
        for (var row = 0; row < scaleOut.Length; row++) scaleOut[row] = OutCode.ValueOf(1 + (int)(random.NextBits() % 15));
        var m = new float[rank];
        m.AsSpan().Fill((float)(Half)(1 / MathF.Sqrt(rank)));
        return new LordbaFactors
        {
            Name = linear.Name,
            NIn = linear.NIn,
            SignsA = Signs(ref random, rank, linear.NIn),
            SignsB = Signs(ref random, rank, linear.NOut),
            M = m,
            ScaleOut = scaleOut,
            CodeOut = OutCode,
        };
    }

    /// <summary>Rows of whole 64-bit words, the bits beyond the last column zero.</summary>
    private static byte[] Signs(ref SplitMix random, int rows, int columns)
    {
        var bytes = new byte[rows * LordbaFactors.SignRowLength(columns)];
        var words = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
        var wordsPerRow = words.Length / rows;
        for (var i = 0; i < words.Length; i++)
        {
            var columnsLeft = columns - i % wordsPerRow * 64;
            words[i] = random.NextBits() & (columnsLeft >= 64 ? ulong.MaxValue : (1UL << columnsLeft) - 1);
        }
        return bytes;
    }

    private static void FillHalves(SplitMix random, Span<float> values)
    {
        RandomValues.Fill(random, values, LoraDeviation);
        foreach (ref var value in values) value = (float)(Half)value; // What a file of 16-bit numbers holds.
    }
}
