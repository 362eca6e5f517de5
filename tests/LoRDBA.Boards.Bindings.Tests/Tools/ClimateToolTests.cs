using System.Text.Json;
using Iot.Device.Bmxx80;
using Iot.Device.Sht3x;
using LoRDBA.Boards.Bindings.Tools;

namespace LoRDBA.Boards.Bindings.Tests.Tools;

public sealed class ClimateToolTests
{
    private const int AdcTemperature = 519888;
    private const int AdcHumidity = 30000;
    // t_fine of the worked example, which the humidity is corrected by.
    private const double TFine = 128422;

    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    [Fact]
    public void A_Bme280_tells_the_temperature_of_the_data_sheet_s_worked_example()
    {
        // BMP280 data sheet 3.12 (the BME280's temperature is the same): dig_T1..3 and adc_T as below give t_fine 128422 and 25.08 °C.
        using var tool = new ClimateTool(new Bme280(Chip()));
        Assert.True(tool.TryRead(out var temperature, out var humidity));
        Assert.Equal(25.08, temperature.DegreesCelsius, 0.005);
        Assert.Equal(Humidity(), humidity.Percent, 0.02);
    }

    [Fact]
    public void The_model_reads_numbers_with_units_in_their_names()
    {
        using var tool = new ClimateTool(new Bme280(Chip()));
        var result = JsonElement.Parse(tool.Invoke(NoArguments));
        Assert.Equal(25.08, result.GetProperty("temperature_celsius").GetDouble());
        Assert.Equal(Humidity(), result.GetProperty("relative_humidity_percent").GetDouble(), 0.02);
        Assert.Equal(2, result.GetPropertyCount());
    }

    [Fact]
    public void An_Sht3x_tells_what_its_data_sheet_s_formulas_make_of_the_words()
    {
        // The data sheet's example of the checksum: CRC of BEEF is 92. T = -45 + 175 * 48879 / 65535 = 85.52,
        // RH = 100 * 48879 / 65535 = 74.58; the binding rounds to tenths.
        using var tool = new ClimateTool(new Sht3x(new AnswerDevice(0xBE, 0xEF, 0x92, 0xBE, 0xEF, 0x92)));
        Assert.True(tool.TryRead(out var temperature, out var humidity));
        Assert.Equal(85.5, temperature.DegreesCelsius, 1e-9);
        Assert.Equal(74.6, humidity.Percent, 1e-9);
    }

    [Fact]
    public void A_sensor_that_was_unplugged_is_a_typed_error_and_answers_when_it_is_back()
    {
        var chip = Chip();
        using var tool = new ClimateTool(new Bme280(chip));
        chip.Fault = new IOException("Error 121 performing I2C data transfer.");
        var error = Assert.Throws<DeviceToolException>(() => tool.Invoke(NoArguments));
        Assert.Equal("device-tool.device-failed", error.Code);
        Assert.Same(chip.Fault, error.InnerException);
        chip.Fault = null;
        Assert.Contains("25.08", tool.Invoke(NoArguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_sensor_goes_with_the_tool_only_if_it_was_given_to_dispose(bool shouldDispose)
    {
        var chip = Chip();
        new ClimateTool(new Bme280(chip), shouldDispose).Dispose();
        Assert.Equal(shouldDispose, chip.IsDisposed);
    }

    /// <summary>The memory map of the BME280's data sheet, with the worked example's calibration and a typical one of the humidity.</summary>
    private static RegisterDevice Chip()
    {
        var chip = new RegisterDevice();
        chip.Registers[0xD0] = 0x60;
        chip.SetLittle(0x88, 27504);
        chip.SetLittle(0x8A, 26435);
        chip.SetLittle(0x8C, -1000);
        chip.SetLittle(0x8E, 36477);
        chip.Registers[0xA1] = 75;
        chip.SetLittle(0xE1, 362);
        chip.Registers[0xE3] = 0;
        chip.Registers[0xE4] = 313 >> 4;
        chip.Registers[0xE5] = (313 & 0xF) | ((50 & 0xF) << 4);
        chip.Registers[0xE6] = 50 >> 4;
        chip.Registers[0xE7] = 30;
        (chip.Registers[0xFA], chip.Registers[0xFB], chip.Registers[0xFC]) = (AdcTemperature >> 12, (AdcTemperature >> 4) & 0xFF, (AdcTemperature & 0xF) << 4);
        (chip.Registers[0xFD], chip.Registers[0xFE]) = (AdcHumidity >> 8, AdcHumidity & 0xFF);
        return chip;
    }

    /// <summary>The formula in double precision of the BME280's data sheet, 8.1, with the calibration above.</summary>
    private static double Humidity()
    {
        var h = TFine - 76800;
        h = (AdcHumidity - (313 * 64.0 + 50 / 16384.0 * h)) * (362 / 65536.0 * (1 + 30 / 67108864.0 * h * (1 + 0 / 67108864.0 * h)));
        return Math.Clamp(h * (1 - 75 * h / 524288.0), 0, 100);
    }
}
