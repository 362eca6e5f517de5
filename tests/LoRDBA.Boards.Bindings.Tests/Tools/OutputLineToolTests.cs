using System.Device.Gpio;
using System.Text.Json;
using LoRDBA.Boards.Bindings.Tools;

namespace LoRDBA.Boards.Bindings.Tests.Tools;

public sealed class OutputLineToolTests
{
    [Fact]
    public void The_line_follows_the_argument()
    {
        var lines = new FakeLines { Levels = { [3] = PinValue.High } };
        using var tool = new OutputLineTool("light", "Switches the light.", new GpioController(lines), 3);
        Assert.Equal((PinMode.Output, PinValue.Low), (lines.Modes[3]!.Value, lines.Levels[3]));
        Assert.Equal("""{"state":"on"}""", tool.Invoke(JsonElement.Parse("""{"state":"on"}""")));
        Assert.Equal(PinValue.High, lines.Levels[3]);
        tool.Invoke(JsonElement.Parse("""{"state":"off"}"""));
        Assert.Equal(PinValue.Low, lines.Levels[3]);
    }

    [Theory]
    [InlineData("""{}""", "light: the argument 'state' is missing. The tool takes state.")]
    [InlineData("""{"state":"dim"}""", "light: the argument 'state' must be one of on, off.")]
    [InlineData("""{"state":true}""", "light: the argument 'state' must be one of on, off.")]
    [InlineData("""{"state":"on","level":5}""", "light: there is no argument 'level'. The tool takes state.")]
    [InlineData("""{"state":"on","state":"off"}""", "light: the argument 'state' is there twice.")]
    [InlineData("""["on"]""", "light: the arguments must be a JSON object.")]
    public void Wrong_arguments_do_not_touch_the_line(string arguments, string message)
    {
        var lines = new FakeLines();
        using var tool = new OutputLineTool("light", "Switches the light.", new GpioController(lines), 3);
        lines.Levels[3] = PinValue.High;
        var error = Assert.Throws<DeviceToolException>(() => tool.Invoke(JsonElement.Parse(arguments)));
        Assert.Equal((DeviceToolError.WrongArguments, message), (error.Error, error.Message));
        Assert.Equal(PinValue.High, lines.Levels[3]);
    }

    [Fact]
    public void A_controller_of_somebody_else_gets_its_line_back()
    {
        var lines = new FakeLines();
        using var controller = new GpioController(lines);
        new OutputLineTool("light", "Switches the light.", controller, 3, shouldDispose: false).Dispose();
        Assert.Null(lines.Modes[3]);
        Assert.False(controller.IsPinOpen(3));
    }
}
