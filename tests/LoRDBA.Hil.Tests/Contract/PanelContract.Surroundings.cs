using System.Globalization;
using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>Heat, sensor, memory.</summary>
public abstract partial class PanelContract
{
    [Fact]
    [Needs(NeedsAttribute.InjectedHeat)]
    public void GovernorPacesAHotBoardAndRecovers()
    {
        var before = Say("get the porch light going");
        Assert.Equal(0, Status().Level);

        Heat(PanelFiles.MaxTemperature + 10);
        var hot = WaitForStatus(status => status.Level >= 3, "reached level 3");
        Assert.Equal(PanelFiles.MaxTemperature + 10, hot.Temperature);
        Assert.InRange(hot.Level, 3, int.MaxValue);
        Assert.Equal(before, Say("get the porch light going"));     // it comes later, and is the same

        Heat(PanelFiles.MaxTemperature - 20);
        var cool = WaitForStatus(status => status.Level == 0, "came back to level 0");
        Assert.Equal((0, PanelFiles.MaxTemperature - 20), (cool.Level, cool.Temperature));
        Tell($"level 0 -> {hot.Level} at {hot.Temperature} degC -> 0 at {cool.Temperature} degC");
    }

    /// <summary>The values are the data sheet's: <see cref="Emulation.Bme280"/>.</summary>
    [Theory]
    [InlineData(519888, 30000, 25.08, 56.21)]
    [InlineData(560000, 30000, 37.63, 56.63)]
    [Needs(NeedsAttribute.Sensor)]
    public void BothFieldsOfTheSensorAreReadAndTold(int rawTemperature, int rawHumidity, double temperature, double humidity)
    {
        board.SetSensor(rawTemperature, rawHumidity);
        var line = board.Panel.Ask("!sensor", "sensor:", Patience);
        Tell(line);
        Assert.Equal(temperature, Field(line, "temperature"), 0.011);
        Assert.Equal(humidity, Field(line, "humidity"), 0.011);
    }

    [Fact]
    public void MemoryStaysFlatOverAThousandCommands()
    {
        string[] commands = ["get the porch light going", "put the bathroom heater on", "turn the lamp by the armchair off", "check the kitchen radio", "can you shut off the ceiling fan"];
        var kilobytes = new List<long>();
        for (var i = 0; i <= 1100; i++)
        {
            if (i % 100 == 0) kilobytes.Add(Status().RssAnon / 1024);
            Say(commands[i % commands.Length]);
        }
        board.Record.Set("memory of the panel in KB, after each 100 commands", string.Join(' ', kilobytes));
        Tell($"RssAnon in KB after each 100 commands: {string.Join(' ', kilobytes)}");

        // The first hundred is for what is made once. The collector takes its memory in steps; a leak of 256 bytes per command would show.
        Assert.InRange(kilobytes[^1] - kilobytes[1], long.MinValue, 256);
    }

    /// <summary>Injects a temperature of the processor.</summary>
    private void Heat(double celsius) => board.Shell.Run($"echo {(int)(celsius * 1000)} > {board.Folder}/{PanelFiles.HeatRoot}/{PanelFiles.HeatFile}");

    private static double Field(string line, string name)
    {
        var part = line.Split(" | ").Select(part => part.Replace("sensor: ", "", StringComparison.Ordinal)).Single(part => part.StartsWith(name + "=", StringComparison.Ordinal));
        return double.Parse(part[(name.Length + 1)..].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
