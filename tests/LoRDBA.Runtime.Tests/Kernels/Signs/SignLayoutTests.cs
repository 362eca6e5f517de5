using System.Reflection;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

public sealed class SignLayoutTests
{
    [Theory]
    [InlineData(1, 1, 64, 8, 256)]
    [InlineData(64, 1, 64, 8, 256)]
    [InlineData(100, 2, 128, 16, 512)]
    [InlineData(576, 9, 576, 72, 2304)]
    public void Inputs_come_in_whole_segments(int nIn, int segments, int width, int rowLength, int scratchLength) => Assert.Equal(
        (segments, width, rowLength, scratchLength),
        (SignLayout.Segments(nIn), SignLayout.Width(nIn), SignLayout.RowLength(nIn), SignLayout.ScratchLength(nIn)));

    // A plane has two tables, of 32 bytes each, whether the rank needs the second or not.
    [Theory]
    [InlineData(1, 4, 1, 1, 64)]
    [InlineData(4, 4, 1, 1, 64)]
    [InlineData(5, 8, 1, 2, 64)]
    [InlineData(9, 12, 2, 3, 128)]
    [InlineData(64, 64, 8, 16, 512)]
    public void Ranks_come_in_fours_and_eights(int rank, int sumStride, int planes, int tables, int scaleOffset) => Assert.Equal(
        (sumStride, planes, tables, scaleOffset),
        (SignLayout.SumStride(rank), SignLayout.Planes(rank), SignLayout.Tables(rank), SignLayout.ScaleOffset(rank)));

    // A call in a hot loop would cost more than the step itself.
    [Fact]
    public void Every_step_that_kernels_share_is_inlined() => Assert.All(
        typeof(SignOperations).GetMethods(BindingFlags.Public | BindingFlags.Static),
        step => Assert.True(step.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining), step.Name));
}
