using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>32 numbers of 4 bits in 16 bytes, as all 4-bit formats keep them: byte j holds q_j below and q_(j + 16) above.</summary>
internal static unsafe class Nibbles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* nibbles, out Vector128<sbyte> q0, out Vector128<sbyte> q1)
    {
        var mask = Vector128.Create((byte)0x0f);
        var bytes = Vector128.Load(nibbles);
        q0 = (bytes & mask).AsSByte();
        // x86 has no shift of bytes: shift words, then mask away what came from the neighbour.
        q1 = ((bytes.AsUInt16() >>> 4).AsByte() & mask).AsSByte();
    }
}
