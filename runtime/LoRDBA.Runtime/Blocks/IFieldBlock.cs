using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// A format of super-blocks with factors, where 64 bytes of a row, taken as 32 words, hold two fields of four or two bits in each byte: codes of four
/// blocks a, b, c and d, once their further bits are put beside them.
/// <code>
///   word            | odd: second field, first | even: second field, first |
///   first field     a_0 a_1 | a_2 a_3 | ... | a_30 a_31 | b_0 b_1 | ... | b_30 b_31       even and odd channels of a word
///   second field    c_0 c_1 | ...                       | d_0 d_1 | ...
/// </code>
/// Two such chunks are a super-block. AVX-512 alone.
/// </summary>
internal unsafe interface IFieldBlock
{
    /// <summary>Block a of a chunk, counted from the start of the super-block.</summary>
    static abstract int A(int chunk);

    /// <summary>From block a to b, and from c to d.</summary>
    static abstract int AToB { get; }

    /// <summary>From block a to c, and from b to d.</summary>
    static abstract int AToC { get; }

    /// <summary>The codes of c and d come multiplied by two to this power.</summary>
    static abstract int SecondShift { get; }

    /// <summary>What <see cref="Words"/> adds to a code q so that it is not negative.</summary>
    static abstract int FieldZero { get; }

    /// <summary>How the words that hold further bits are shifted for a chunk; whatever the format makes of it.</summary>
    static abstract FieldShifts Shifts(int chunk);

    /// <summary>Codes, with <see cref="FieldZero"/> added, of the super-block at <paramref name="at"/>; those of c and d multiplied.</summary>
    static abstract void Words(
        byte* at, int chunk, in FieldShifts shifts,
        out Vector512<ushort> evenAb, out Vector512<ushort> oddAb, out Vector512<ushort> evenCd, out Vector512<ushort> oddCd);

    /// <summary>The factors of the super-block at <paramref name="at"/>: those of block i at 2 i and 2 i + 1.</summary>
    static abstract Vector128<sbyte> Factors(byte* at);
}

/// <summary>Numbers of bits, for each word of a register.</summary>
internal readonly struct FieldShifts(Vector512<ushort> first, Vector512<ushort> second)
{
    public Vector512<ushort> First => first;
    public Vector512<ushort> Second => second;

    /// <summary>One number for the words of blocks a and c, and one for those of b and d.</summary>
    public static Vector512<ushort> Of(int ac, int bd) => Vector512.Create(Vector256.Create((ushort)ac), Vector256.Create((ushort)bd));
}
