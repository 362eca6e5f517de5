using System.Device.Gpio;
using System.Text.Json;

namespace LoRDBA.Boards.Bindings.Tools;

/// <summary>Switches something that hangs on a GPIO line: a light, a relay. The line is low when the tool opens it.</summary>
public sealed class OutputLineTool : DeviceTool
{
    private const string Argument = "state";
    private const string On = "on";
    private const string Off = "off";

    private readonly GpioController controller;
    private readonly int line;
    private readonly bool shouldDispose;

    /// <summary>Opens the line.</summary>
    /// <param name="name">What the model calls it, for example <c>light</c>.</param>
    /// <param name="description">What it switches, for the model.</param>
    /// <param name="controller">The lines.</param>
    /// <param name="line">The offset on the controller's chip.</param>
    /// <param name="shouldDispose">Whether the controller is disposed with the tool; otherwise the tool closes its line.</param>
    public OutputLineTool(string name, string description, GpioController controller, int line, bool shouldDispose = true)
        : base(name, description, ToolParameter.Choice(Argument, "Whether to switch it on or off.", On, Off))
    {
        (this.controller, this.line, this.shouldDispose) = (controller, line, shouldDispose);
        controller.OpenPin(line, PinMode.Output, PinValue.Low);
    }

    /// <inheritdoc/>
    protected override string Run(JsonElement arguments)
    {
        var state = arguments.GetProperty(Argument).GetString()!;
        controller.Write(line, state == On ? PinValue.High : PinValue.Low);
        return JsonSerializer.Serialize(new LineResult(state), ResultJson.Default.LineResult);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && shouldDispose) controller.Dispose();
        else if (disposing) controller.ClosePin(line);
        base.Dispose(disposing);
    }
}
