using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 34 bytes, w_j = d * q_j:
/// <code>
/// byte 0     2                                34
///      | d   | q_0  q_1  ...             q_31 |      d: f16, q: int8
/// </code>
/// </summary>
internal readonly unsafe struct Q8_0 : IQuantizedBlock
{
    public const int BlockBytes = 34;
    private const int BlockLength = 32;

    public static int Bytes => BlockBytes;
    public static bool IsUnsigned => false;
    public static bool HasMin => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, out Vector128<sbyte> q0, out Vector128<sbyte> q1)
    {
        q0 = Vector128.Load((sbyte*)block + 2);
        q1 = Vector128.Load((sbyte*)block + 18);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(byte* block) => F16.Read(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(byte* block) => 0;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            for (var j = 0; j < BlockLength; j++) values[j] = d * (sbyte)blocks[2 + j];
        }
    }

    /// <summary>d = max |w| / 127, q to nearest, ties away from zero.</summary>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var largest = 0f;
            foreach (var w in values[..BlockLength]) largest = MathF.Max(largest, MathF.Abs(w));
            var d = largest / 127;
            var inverse = d == 0 ? 0 : 1 / d;

            F16.Write(blocks, d);
            for (var j = 0; j < BlockLength; j++)
                blocks[2 + j] = (byte)(sbyte)MathF.Round(values[j] * inverse, MidpointRounding.AwayFromZero);
        }
    }
}
