using System.Runtime.InteropServices;
using LoRDBA.Tests;

namespace LoRDBA.Boards.Tests;

public sealed class GpioInventoryTests
{
    [Fact]
    public void The_chips_of_a_Raspberry_Pi_5_have_numbers_and_names()
    {
        using var board = FakeBoard.RaspberryPi5();
        Assert.Equal([new(0, "raspberrypi,rp1-gpio", true), new(10, "brcm,bcm7445-gpio", true)], GpioInventory.Read(board.Root).Chips);
    }

    [Fact]
    public void A_chip_without_device_tree_has_no_name_and_other_devices_are_none()
    {
        using var board = new FakeBoard();
        board.Write("dev/gpiochip2", "");
        board.Write("dev/gpiochip-old", "");
        Assert.Equal([new(2, null, true)], GpioInventory.Read(board.Root).Chips);
    }

    [Fact]
    public void A_chip_that_this_user_may_not_open_is_told()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may open everything");
        using var board = new FakeBoard();
        board.Write("dev/gpiochip0", "");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(board.Root, "dev/gpiochip0"), UnixFileMode.None);
        Assert.Equal([new(0, null, false)], GpioInventory.Read(board.Root).Chips);
    }

    [Fact]
    public void A_machine_without_chips_has_none()
    {
        using var board = new FakeBoard();
        Assert.Empty(GpioInventory.Read(board.Root).Chips);
    }

    /// <summary>What dlopen finds, the newer library first.</summary>
    [Fact]
    public void The_library_is_the_first_that_the_system_finds()
    {
        using var board = new FakeBoard();
        var expected = Array.Find(["libgpiod.so.3", "libgpiod.so.2"], library => NativeLibrary.TryLoad(library, out _));
        Assert.Equal(expected, GpioInventory.Read(board.Root).Library);
    }
}
