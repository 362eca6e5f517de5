using System.Runtime.InteropServices;
using System.Text.Json;
using Iot.Device.CpuTemperature;
using LoRDBA.Boards.Bindings.Tools;
using LoRDBA.Runtime.Kernels;
using UnitsNet;

namespace LoRDBA.Boards.Bindings.Tests.Tools;

public sealed class BoardToolTests
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    [Fact]
    public void The_board_is_told_by_model_cores_and_memory()
    {
        var board = new BoardInfo("Raspberry Pi 5 Model B Rev 1.0", [], "rpi5", Architecture.Arm64, InstructionSet.Scalar, 4, 16384, Information.FromMegabytes(8192), null);
        using var tool = new BoardTool(board);
        Assert.Equal("""{"model":"Raspberry Pi 5 Model B Rev 1.0","cores":4,"memory_megabytes":8192}""", tool.Invoke(NoArguments));
    }

    [Fact]
    public void A_machine_that_does_not_measure_its_heat_is_a_typed_error()
    {
        using var sensor = new CpuTemperature();
        if (sensor.IsAvailable) Assert.Skip("This machine measures the temperature of its processor.");
        using var tool = new CpuTemperatureTool(sensor, shouldDispose: false);
        Assert.Equal(DeviceToolError.DeviceFailed, Assert.Throws<DeviceToolException>(() => tool.Invoke(NoArguments)).Error);
    }
}
