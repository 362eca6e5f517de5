using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// A block of 32 weights w_j = Scale * q_j + Min, as the int8 kernels take it. Implemented by structs without fields, so that a
/// kernel written over the type parameter is compiled once per format with everything inlined.
/// </summary>
internal unsafe interface IQuantizedBlock
{
    /// <summary>Bytes from one block to the next.</summary>
    static abstract int Bytes { get; }

    /// <summary>True if q_j is in [0, 127], false if in [-128, 127].</summary>
    static abstract bool IsUnsigned { get; }

    /// <summary>False if Min is always 0.</summary>
    static abstract bool HasMin { get; }

    /// <summary>q_0 to q_15 and q_16 to q_31.</summary>
    static abstract void Load(byte* block, out Vector128<sbyte> q0, out Vector128<sbyte> q1);

    /// <summary>The factor of the integers.</summary>
    static abstract float Scale(byte* block);

    /// <summary>What is added to each weight.</summary>
    static abstract float Min(byte* block);
}
