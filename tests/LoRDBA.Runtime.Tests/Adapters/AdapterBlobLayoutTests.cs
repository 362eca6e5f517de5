using LoRDBA.Runtime.Adapters.Lordba;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Offsets computed by hand.</summary>
public sealed class AdapterBlobLayoutTests
{
    [Fact]
    public void SmolLM2_gate_at_20_bits_a_channel()
    {
        // n_in 576 (72 bytes a row), n_out 1536 (192), rank 16, 4-bit scales
        var layout = new AdapterBlobLayout(576, 1536, 16, 4, 4);
        Assert.Equal(32, layout.SignsA);
        Assert.Equal(32 + 16 * 72, layout.SignsB);                     // 1184
        Assert.Equal(1184 + 16 * 192, layout.M);                       // 4256
        Assert.Equal(4256 + 32, layout.ScaleOut);                      // 4288
        Assert.Equal((4288 + 768, 288), (layout.ScaleIn, layout.ScaleInLength));
        Assert.Equal(5344, layout.Length);                             // 5056 + 288 = 5344 = 167 * 32
    }

    [Fact]
    public void Parts_begin_on_eight_bytes_and_the_whole_ends_on_32()
    {
        // n_in 3 and n_out 70: 8 and 16 bytes a row; rank 3: 6 bytes of m; 3 bits: 27 bytes of s_out
        var layout = new AdapterBlobLayout(3, 70, 3, 3, 0);
        Assert.Equal((32, 56, 104, 6), (layout.SignsA, layout.SignsB, layout.M, layout.MLength));
        Assert.Equal((112, 27), (layout.ScaleOut, layout.ScaleOutLength));
        Assert.Equal((144, 0, 160), (layout.ScaleIn, layout.ScaleInLength, layout.Length));
    }
}
