namespace LoRDBA.Boards.Tests;

public sealed class GpioLinesTests
{
    [Fact]
    public void A_machine_without_the_chip_says_so()
    {
        var error = Assert.Throws<BoardException>(() => GpioLines.Open(chip: 4711));
        Assert.Equal((BoardError.NoGpioChip, "board.no-gpio-chip"), (error.Error, error.Code));
        Assert.Contains("/dev/gpiochip4711", error.Message, StringComparison.Ordinal);
    }
}
