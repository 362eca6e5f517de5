using System.Runtime.CompilerServices;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>How weights that are floating-point numbers lie in memory. Implemented by structs without fields.</summary>
internal unsafe interface INumber
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Sixteen numbers, any alignment; those of 16 bits are finite.</summary>
    static abstract TLanes Load<TLanes>(byte* source) where TLanes : struct, ILanes<TLanes>;

    /// <summary>One number.</summary>
    static abstract float Read(byte* source);
}

/// <inheritdoc cref="F32"/>
internal readonly unsafe struct SingleNumber : INumber
{
    public static int Bytes => F32.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(byte* source) where TLanes : struct, ILanes<TLanes> => TLanes.Load((float*)source);

    public static float Read(byte* source) => Unsafe.ReadUnaligned<float>(source);
}

/// <inheritdoc cref="F16"/>
internal readonly unsafe struct HalfNumber : INumber
{
    public static int Bytes => F16.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(byte* source) where TLanes : struct, ILanes<TLanes> => TLanes.LoadHalf((ushort*)source);

    public static float Read(byte* source) => F16.Read(source);
}

/// <inheritdoc cref="BF16"/>
internal readonly unsafe struct UpperHalfNumber : INumber
{
    public static int Bytes => BF16.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(byte* source) where TLanes : struct, ILanes<TLanes> => TLanes.LoadUpperHalf((ushort*)source);

    public static float Read(byte* source) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16);
}
