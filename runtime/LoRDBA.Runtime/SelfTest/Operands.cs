using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Generation;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>Made-up operands, the same on every machine.</summary>
internal static class Operands
{
    /// <summary>Numbers from -1 to 1.</summary>
    public static float[] Values(int count, ulong seed)
    {
        var random = new SplitMix(seed);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (float)(2 * random.NextDouble() - 1);
        return values;
    }

    /// <summary>Activations as they are: mostly small, a few large, whole blocks of zeros.</summary>
    public static float[] Activations(int count, ulong seed)
    {
        var values = Values(count, seed);
        for (var i = 0; i < count; i++) values[i] *= i / 32 % 7 == 6 ? 0 : i % 29 == 0 ? 50 : 0.5f;
        return values;
    }

    /// <summary>Random bits.</summary>
    public static void FillBits(Span<byte> bytes, ref SplitMix random)
    {
        foreach (ref var value in bytes) value = (byte)random.NextBits();
    }

    /// <summary>Random blocks, each drawn again until the numbers that it stands for are finite and not huge.</summary>
    public static byte[] Weights(BlockFormat format, int elements)
    {
        var random = new SplitMix((ulong)format.Type);
        var bytes = new byte[format.BytesFor(elements)];
        var values = new float[format.BlockLength];
        for (var at = 0; at < bytes.Length; at += format.BlockBytes)
            do
            {
                FillBits(bytes.AsSpan(at, format.BlockBytes), ref random);
                format.Dequantize(bytes.AsSpan(at, format.BlockBytes), values);
            }
            while (!Array.TrueForAll(values, value => Math.Abs(value) < 100));
        return bytes;
    }
}
