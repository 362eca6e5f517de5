using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Where a sign lies.</summary>
public sealed unsafe class SignMatrixTests
{
    [Theory, InlineData(1, 8), InlineData(64, 8), InlineData(65, 16), InlineData(576, 72), InlineData(1536, 192)]
    public void A_row_takes_whole_words(int columns, int stride) => Assert.Equal(stride, SignMatrix.StrideOf(columns));

    [Fact]
    public void Columns_go_up_from_bit_zero_and_one_is_plus()
    {
        // row 0: columns 0, 9 and 65 are +1; row 1: column 2 is +1
        var bytes = new byte[32];
        bytes[0] = 0b0000_0001;
        bytes[1] = 0b0000_0010;
        bytes[8] = 0b0000_0010;
        bytes[16] = 0b0000_0100;
        fixed (byte* bits = bytes)
        {
            var signs = new SignMatrix(bits, 2, 66);
            for (var row = 0; row < 2; row++)
                for (var column = 0; column < 66; column++)
                    Assert.Equal((row, column) is (0, 0) or (0, 9) or (0, 65) or (1, 2) ? 1 : -1, signs[row, column]);
        }
    }

    [Fact]
    public void A_bit_beyond_the_last_column_is_seen()
    {
        var bytes = new byte[16];
        bytes.AsSpan(0, 8).Fill(0xFF);
        fixed (byte* bits = bytes)
        {
            Assert.True(new SignMatrix(bits, 2, 64).HasZeroPadding());
            Assert.False(new SignMatrix(bits, 2, 63).HasZeroPadding());
            bytes.AsSpan(0, 8).Clear();
            bytes[15] = 0x80;
            Assert.True(new SignMatrix(bits, 2, 64).HasZeroPadding());
            Assert.False(new SignMatrix(bits, 2, 1).HasZeroPadding());
        }
    }
}
