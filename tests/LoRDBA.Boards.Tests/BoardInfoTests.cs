using System.Runtime.InteropServices;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Tests;

namespace LoRDBA.Boards.Tests;

public sealed class BoardInfoTests
{
    [Fact]
    public void A_Raspberry_Pi_5_says_what_it_is()
    {
        using var board = FakeBoard.RaspberryPi5();
        var info = BoardInfo.Read(board.Root);
        Assert.Equal("Raspberry Pi 5 Model B Rev 1.0", info.Model);
        Assert.Equal(["raspberrypi,5-model-b", "brcm,bcm2712"], info.Compatible);
        Assert.Equal(("rpi5", "6.12.34+rpt-rpi-2712"), (info.Profile, info.Kernel));
        Assert.Equal(8255136, info.Memory!.Value.Kibibytes);
        Assert.Equal((Environment.SystemPageSize, Environment.ProcessorCount), (info.PageSize, info.Cores));
    }

    [Fact]
    public void A_machine_without_device_tree_is_known_by_its_instructions()
    {
        using var board = new FakeBoard();
        var info = BoardInfo.Read(board.Root);
        Assert.Null(info.Model);
        Assert.Null(info.Memory);
        Assert.Empty(info.Compatible);
        var expected = info.Architecture != Architecture.X64 ? null : info.Instructions switch { InstructionSet.Avx512 => "x64-v4", InstructionSet.Avx2 => "x64-v3", _ => null };
        Assert.Equal(expected, info.Profile);
    }

    /// <summary>What the device trees of these boards list, by the Linux kernel's bindings.</summary>
    [Theory]
    [InlineData("rpi3", "raspberrypi,3-model-b-plus", "brcm,bcm2837")]
    [InlineData("rpi3", "raspberrypi,model-zero-2-w", "brcm,bcm2837")]
    [InlineData("rpi4", "raspberrypi,4-compute-module", "brcm,bcm2711")]
    [InlineData("rpi5", "raspberrypi,5-model-b", "brcm,bcm2712")]
    [InlineData("jetson-nano", "nvidia,p3450-0000", "nvidia,tegra210")]
    [InlineData("jetson-orin", "nvidia,p3768-0000+p3767-0005", "nvidia,p3767-0005", "nvidia,tegra234")]
    [InlineData(null, "raspberrypi,2-model-b", "brcm,bcm2836")]
    public void A_board_is_known_by_its_chip(string? profile, params string[] compatible) =>
        Assert.Equal(profile, BoardInfo.ProfileOf(compatible, Architecture.Arm64));
}
