using System.IO.Hashing;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.SelfTest;

namespace LoRDBA.Runtime.Tests.SelfTest;

/// <summary>The self-test passes here, finds what is wrong, and says where.</summary>
public sealed class KernelSelfTestTests
{
    [Fact]
    public void Every_kernel_passes_on_this_processor()
    {
        var report = KernelSelfTest.Run();

        Assert.All(report.Tests, test => Assert.Null(test.Fault));
        Assert.All(report.Tests, test => Assert.True(test.Comparisons > 0, test.Kernel));
        Assert.True(report.IsPassed, report.Digest);
        Assert.Equal(InstructionSets.Best, report.Instructions);
        Assert.All(BlockFormat.All, format => Assert.Contains(report.Tests, test => test.Kernel == $"base product, {format.Name}"));
    }

    [Fact]
    public void The_digest_is_the_same_each_time() => Assert.Equal(KernelSelfTest.Run().Digest, KernelSelfTest.Run().Digest);

    [Fact]
    public void A_number_that_differs_from_its_twin_by_one_bit_is_a_fault()
    {
        var report = KernelSelfTest.Run(
            [("good", comparison => comparison.Same<float>([1, 2], [1, 2], "here")), ("bad", comparison => comparison.Same<float>([1, 2, 0], [1, MathF.BitIncrement(2), -0f], "row 3"))],
            InstructionSet.Dp, golden: "0");

        Assert.False(report.IsPassed);
        Assert.Equal([null, $"row 3: number 1 is {MathF.BitIncrement(2)}, and its twin's is 2"], report.Tests.Select(test => test.Fault));
        Assert.Equal([2, 3], report.Tests.Select(test => test.Comparisons));
    }

    /// <summary>Zeros of both signs are equal numbers, and other bits.</summary>
    [Fact]
    public void Bits_are_compared_and_not_values() => Assert.NotNull(FaultOf(comparison => comparison.Equal<float>([0f], [-0f], "zero")));

    [Fact]
    public void A_NaN_is_near_to_nothing()
    {
        Assert.Null(FaultOf(comparison => comparison.Near(1, 1.01f, 0.02, "value 7")));
        Assert.Equal("value 7 is 1.5, and by the formula 1", FaultOf(comparison => comparison.Near(1, 1.5f, 0.02, "value 7")));
        Assert.NotNull(FaultOf(comparison => comparison.Near(1, float.NaN, double.MaxValue, "value 7")));
    }

    [Theory, InlineData(InstructionSet.Avx2, false), InlineData(InstructionSet.Scalar, true)]
    public void Another_digest_fails_where_arithmetic_fuses(InstructionSet acting, bool passes)
    {
        var report = KernelSelfTest.Run([("one", comparison => comparison.Same<int>([5], [5], "five"))], acting, golden: "0123456789abcdef");

        Assert.Equal(passes, report.IsPassed);
        Assert.Equal(passes ? null : "0123456789abcdef", report.Expected);
        Assert.Equal(XxHash64.HashToUInt64([5, 0, 0, 0]).ToString("x16"), report.Digest);
    }

    private static string? FaultOf(Action<Comparison> compare)
    {
        var comparison = new Comparison(new XxHash64());
        compare(comparison);
        return comparison.Fault;
    }
}
