using System.Text.Json;
using Iot.Device.Adc;
using LoRDBA.Boards.Bindings.Tools;

namespace LoRDBA.Boards.Bindings.Tests.Tools;

public sealed class PowerToolTests
{
    [Fact]
    public void An_Ina219_tells_its_data_sheet_s_worked_example()
    {
        // INA219 data sheet, "Programming the INA219": 5D98h is 11.98 V, calibration 5000h with 1 mA per bit, 2710h is 10 A, 1766h 119.8 W.
        var chip = new WordDevice();
        (chip.Registers[2], chip.Registers[3], chip.Registers[4]) = (0x5D98, 0x1766, 0x2710);
        var sensor = new Ina219(chip);
        sensor.SetCalibration(0x5000, 0.001f);
        using var tool = new PowerTool(sensor);
        var result = JsonElement.Parse(tool.Invoke(JsonElement.Parse("{}")));
        Assert.Equal(11.98, result.GetProperty("voltage_volts").GetDouble(), 0.001);
        Assert.Equal(10.0, result.GetProperty("current_amperes").GetDouble(), 0.001);
        Assert.Equal(119.8, result.GetProperty("power_watts").GetDouble(), 0.001);
    }
}
