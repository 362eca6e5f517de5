using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>Compares the results of one kernel, and keeps the first fault.</summary>
/// <param name="bits">Takes up the bits that are the same on every machine.</param>
internal sealed class Comparison(XxHash64 bits)
{
    /// <summary>Numbers that were compared.</summary>
    public int Count { get; private set; }

    /// <summary>The first that was wrong; null: none.</summary>
    public string? Fault { get; private set; }

    /// <summary>Every bit has to be the twin's. The twin's bits go into the digest.</summary>
    public void Same<T>(ReadOnlySpan<T> twin, ReadOnlySpan<T> result, string where) where T : unmanaged, INumber<T>
    {
        Keep(twin);
        Equal(twin, result, where);
    }

    /// <summary>Every bit has to be the twin's, which is in the digest already.</summary>
    public void Equal<T>(ReadOnlySpan<T> twin, ReadOnlySpan<T> result, string where) where T : unmanaged, INumber<T>
    {
        Count += twin.Length;
        if (twin.Length == result.Length && MemoryMarshal.AsBytes(twin).SequenceEqual(MemoryMarshal.AsBytes(result))) return;
        var at = twin.CommonPrefixLength(result);
        Fault ??= at < Math.Min(twin.Length, result.Length)
            ? $"{where}: number {at} is {result[at]}, and its twin's is {twin[at]}"
            : $"{where}: {result.Length} numbers, and its twin's are {twin.Length}";
    }

    /// <summary>A number has to be within a bound of what the formula gives in double precision.</summary>
    public void Near(double expected, float result, double bound, string where)
    {
        Count++;
        // A NaN is near to nothing.
        if (!(Math.Abs(expected - result) <= bound)) Fault ??= $"{where} is {result}, and by the formula {expected}";
    }

    /// <summary>Takes bits into the digest without comparing them with anything.</summary>
    public void Keep<T>(ReadOnlySpan<T> result) where T : unmanaged => bits.Append(MemoryMarshal.AsBytes(result));
}
