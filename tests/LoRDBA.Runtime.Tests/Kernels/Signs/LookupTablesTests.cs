using CsCheck;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

public sealed unsafe class LookupTablesTests
{
    [Fact]
    public void Every_entry_is_the_sum_of_its_four_signs() =>
        Gen.Float[-100, 100].Array[1, 64].Sample(z =>
        {
            var rank = z.Length;
            var padded = stackalloc float[72];
            z.CopyTo(new Span<float>(padded, rank));
            var tables = stackalloc byte[LookupTables.Stride(rank)];
            LookupTables.Build(padded, rank, tables);

            var scale = *(float*)(tables + LookupTables.ScaleOffset(rank));
            for (var table = 0; table < 2 * SignPlanes.Count(rank); table++)
                for (var p = 0; p < 16; p++)
                {
                    var sum = 0.0;
                    for (var b = 0; b < 4; b++) sum += 4 * table + b < rank ? ((p >> b & 1) != 0 ? 1 : -1) * z[4 * table + b] : 0;
                    var entry = (short)(tables[32 * table + p] | tables[32 * table + 16 + p] << 8);
                    Assert.Equal(sum, entry * (double)scale, 2.01 * scale + 1e-28);
                }
        }, iter: 300);

    /// <summary>z of 150 ranks: what 64, 64 and 22 ranks make alone, one after another; nothing of the input but what lies behind the last is changed.</summary>
    [Fact]
    public void Many_ranks_are_passes_one_after_another()
    {
        const int Rank = 150;
        var random = new Random(1);
        float* z = stackalloc float[152], part = stackalloc float[64];
        for (var k = 0; k < Rank; k++) z[k] = random.NextSingle() - 0.5f;
        var tables = stackalloc byte[LookupTables.Stride(Rank)];
        var alone = stackalloc byte[LookupTables.Stride(64)];
        LookupTables.Build(z, Rank, tables);

        Assert.Equal(2 * (512 + 64) + 3 * 64 + 64, LookupTables.Stride(Rank));
        var at = 0;
        foreach (var (pass, rank) in new[] { 64, 64, 22 }.Index())
        {
            Assert.Equal((3, rank), (SignLayout.Passes(Rank), SignLayout.PassRank(Rank, pass)));
            for (var k = 0; k < rank; k++) part[k] = z[64 * pass + k];
            LookupTables.Build(part, rank, alone);
            var length = LookupTables.ScaleOffset(rank) + sizeof(float);
            Assert.Equal(new Span<byte>(alone, length), new Span<byte>(tables + at, length));
            at += LookupTables.Stride(rank);
        }
    }

    [Fact]
    public void Zeros_have_scale_zero()
    {
        var z = stackalloc float[8];
        var tables = stackalloc byte[LookupTables.Stride(3)];
        LookupTables.Build(z, 3, tables);
        Assert.Equal(0, *(float*)(tables + LookupTables.ScaleOffset(3)));
        for (var i = 0; i < 64; i++) Assert.Equal(0, tables[i]);
    }
}
