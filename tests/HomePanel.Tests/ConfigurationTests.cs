using LoRDBA.Examples.HomePanel.Configuration;

namespace LoRDBA.Examples.HomePanel.Tests;

public sealed class ConfigurationTests
{
    private const int WrongConfiguration = 78;

    [Theory]
    [InlineData("--Lines:Button=22", "Lines:Button and Lines:Relay are all 22; each needs a line of its own.")]
    [InlineData("--Lines:Buton=22", "'Buton'")]
    [InlineData("--Lines:Button=one", "'one'")]
    [InlineData("--Lines:Chip=two", "Lines:Chip is 'two'")]
    [InlineData("--Lines:Busy=-1", "Lines:Busy is -1; it must be an offset on the chip")]
    [InlineData("--Button:LongPress=00:00:00.010", "Button:LongPress is 00:00:00.0100000; it must be longer than Button:Debounce")]
    [InlineData("--Sensor:Address=0x12", "Sensor:Address is '0x12'; it must be 0x76 or 0x77 (BME280), 0x44 or 0x45 (SHT3x), or none.")]
    [InlineData("--Engine:Threads=-1", "Engine:Threads is -1")]
    [InlineData("--Governor:MaxTemperature=NaN", "Governor:MaxTemperature is NaN")]
    [InlineData("--Households:0:Name=", "Households:0:Name is empty")]
    [InlineData("--Households:0:Devices:light.*=Oven", "Households:0:Devices:light.* is 'Oven'; it must be one of Light, Relay.")]
    public void What_cannot_work_ends_the_panel_before_it_opens_anything(string argument, string message)
    {
        using var panel = new PanelProcess([argument]);
        var (code, log) = panel.Finish();
        Assert.Equal(WrongConfiguration, code);
        Assert.Contains(message, log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        using var panel = new PanelProcess(["--Engine:Threads=999"], new Dictionary<string, string> { ["HOMEPANEL_Sensor__Bus"] = "-2" });
        var (code, log) = panel.Finish();
        Assert.Equal(WrongConfiguration, code);
        Assert.Contains("Engine:Threads is 999", log, StringComparison.Ordinal);
        Assert.Contains("Sensor:Bus is -2", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x76", 0x76)]
    [InlineData("0X44", 0x44)]
    [InlineData("118", null)]
    [InlineData("0xzz", null)]
    [InlineData("", null)]
    public void Addresses_are_hexadecimal(string text, int? address) => Assert.Equal(address, PanelOptionsValidator.AddressOf(text));

    [Theory]
    [InlineData("--Model:Path=nowhere.gguf", "nowhere.gguf")]
    [InlineData("--Lines:Chip=97", "/dev/gpiochip97")]
    [InlineData("--Commands:Port=/dev/nowhere", "/dev/nowhere")]
    public void What_is_not_there_is_an_error_of_another_kind(string argument, string message)
    {
        using var panel = new PanelProcess([argument]);
        var (code, log) = panel.Finish();
        Assert.Equal(1, code);
        Assert.Contains(message, log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }
}
