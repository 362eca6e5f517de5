using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// What an expand product reads of one token: z in whole numbers, as a table for every four ranks that holds the sum of ±z for
/// each of the sixteen ways to choose the signs. A byte shuffle is then sixteen look-ups at once.
/// </summary>
/// <remarks>
/// <code>
///    0   ranks 0-3    16 low bytes | 16 high bytes     entry p: Σ_b (bit b of p ? +q_b : -q_b), 16 bits
///   32   ranks 4-7    16 low bytes | 16 high bytes
///   ..   two tables a plane (<see cref="SignPlanes"/>); missing ranks count as 0
///  64 · planes        float   z = scale · q
/// </code>
/// |q| is at most 32767 / rank, so no sum of all tables leaves 16 bits: 11 bits of precision at rank 16. More than
/// <see cref="SignLayout.RanksPerPass"/> ranks are several passes, one after another, each as drawn here: none has less than 9 bits.
/// </remarks>
internal static unsafe class LookupTables
{
    private const int TableLength = SignLayout.TableLength;
    private const int RanksPerTable = SignLayout.RanksPerTable;

    private static Vector128<short> Sign0 => Vector128.Create(-1, 1, -1, 1, -1, 1, -1, 1);

    private static Vector128<short> Sign1 => Vector128.Create(-1, -1, 1, 1, -1, -1, 1, 1);

    private static Vector128<short> Sign2 => Vector128.Create(-1, -1, -1, -1, 1, 1, 1, 1);

    /// <summary>Where the scale of a pass stands.</summary>
    public static int ScaleOffset(int rank) => SignLayout.ScaleOffset(rank);

    /// <summary>Bytes from one token to the next, in whole cache lines.</summary>
    public static int Stride(int rank)
    {
        var passes = SignLayout.Passes(rank);
        return (passes - 1) * PassLength(SignLayout.RanksPerPass) + PassLength(SignLayout.PassRank(rank, passes - 1));
    }

    /// <summary>Quantizes z and builds the tables, pass after pass.</summary>
    /// <param name="z">[rank], with room up to a multiple of eight; what lies behind the rank is overwritten with zeros.</param>
    /// <param name="rank">1 or more.</param>
    /// <param name="target">[<see cref="Stride"/>]</param>
    public static void Build(float* z, int rank, byte* target)
    {
        const int PassRanks = SignLayout.RanksPerPass;
        for (; rank > PassRanks; rank -= PassRanks, z += PassRanks, target += PassLength(PassRanks)) BuildPass(z, PassRanks, target);
        BuildPass(z, rank, target);
    }

    private static int PassLength(int rank) => ScaleOffset(rank) + 64;

    private static void BuildPass(float* z, int rank, byte* target)
    {
        var padded = SignPlanes.Ranks * SignPlanes.Count(rank);
        for (var k = rank; k < padded; k++) z[k] = 0;

        var magnitude = Vector128<int>.Zero;
        for (var k = 0; k < padded; k += 4) magnitude = Vector128.Max(magnitude, Vector128.Abs(Vector128.Load(z + k)).AsInt32());
        var max = Lanes.ReduceMaxMagnitude(magnitude.AsSingle());
        var most = short.MaxValue / rank;
        var isZero = !(max > 1e-30f);
        *(float*)(target + ScaleOffset(rank)) = isZero ? 0 : max / most;
        var inverse = Vector128.Create(isZero ? 0 : most / max);

        for (var k = 0; k < rank; k += RanksPerTable, target += TableLength)
        {
            // Four numbers of 16 bits, each in both halves of its lane.
            var q = Vector128.ConvertToInt32Native(Vector128.Round(Vector128.Load(z + k) * inverse));
            var twice = q & Vector128.Create(0xFFFF) | q << 16;
            var three = Sign0 * Vector128.Shuffle(twice, Vector128<int>.Zero).AsInt16()
                + Sign1 * Vector128.Shuffle(twice, Vector128.Create(1)).AsInt16()
                + Sign2 * Vector128.Shuffle(twice, Vector128.Create(2)).AsInt16();
            var fourth = Vector128.Shuffle(twice, Vector128.Create(3)).AsInt16();
            var (low, high) = (three - fourth, three + fourth);
            Vector128.Narrow(low, high).Store((sbyte*)target);
            Vector128.Narrow(low >> 8, high >> 8).Store((sbyte*)target + SignLayout.TableEntries);
        }

        // A plane of four ranks or fewer: its other table is zeros.
        if ((SignLayout.Tables(rank) & 1) != 0)
        {
            Vector128<byte>.Zero.Store(target);
            Vector128<byte>.Zero.Store(target + SignLayout.TableEntries);
        }
    }
}
