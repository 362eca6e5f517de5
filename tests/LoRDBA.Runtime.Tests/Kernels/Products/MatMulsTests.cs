using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Products;

namespace LoRDBA.Runtime.Tests.Kernels.Products;

/// <summary>The table of kernels has a row for each block format, and its rows name the right ones.</summary>
public sealed class MatMulsTests
{
    public static TheoryData<GgmlType> Types => [.. BlockFormat.All.Select(format => format.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_format_has_the_kernel_that_its_blocks_allow(GgmlType type)
    {
        var block = typeof(BlockFormat).Assembly.GetType($"{typeof(BlockFormat).Namespace}.{type}")!;
        var isQuantized = block.IsAssignableTo(typeof(IQuantizedBlock));
        foreach (var set in Enum.GetValues<InstructionSet>())
        {
            var kernel = MatMuls.Of(BlockFormat.Of(type), set);
            Assert.Equal(isQuantized, kernel.ReadsQuantized);
            if (isQuantized) Assert.Equal(block, kernel.GetType().GetGenericArguments()[0]);
        }
    }

    [Fact]
    public void Whatever_reads_quantized_activations_has_quantized_blocks()
    {
        var types = typeof(IQuantizedBlock).Assembly.GetTypes();
        var blocks = types.Where(type => type.IsValueType && type.IsAssignableTo(typeof(IQuantizedBlock))).Select(type => type.Name);
        var formats = BlockFormat.All.Where(format => MatMuls.Of(format).ReadsQuantized).Select(format => format.Name);
        Assert.Equal(blocks.Order(), formats.Order());
    }

    [Fact]
    public void A_set_that_the_machine_lacks_gives_the_scalar_kernel()
    {
        foreach (var set in Enum.GetValues<InstructionSet>().Where(set => !InstructionSets.IsSupported(set)))
            Assert.IsType<BlockMatMul<Q8_0, ScalarPath<Q8_0>>>(MatMuls.Of(BlockFormat.Of(GgmlType.Q8_0), set));
    }
}
