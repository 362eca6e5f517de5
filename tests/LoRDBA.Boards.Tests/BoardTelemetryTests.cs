using LoRDBA.Tests;

namespace LoRDBA.Boards.Tests;

public sealed class BoardTelemetryTests
{
    [Fact]
    public void A_Raspberry_Pi_is_read()
    {
        using var board = FakeBoard.RaspberryPi5();
        board.Throttled = 0x50005;
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.True(telemetry.TryReadTemperature(out var temperature));
        Assert.Equal(48.5, temperature.DegreesCelsius);
        Assert.True(telemetry.TryReadFrequency(out var frequency));
        Assert.Equal(2400, frequency.Megahertz);
        Assert.True(telemetry.TryReadThrottling(out var flags));
        Assert.Equal(Throttling.UnderVoltage | Throttling.Throttled | Throttling.UnderVoltageOccurred | Throttling.ThrottledOccurred, flags);
        Assert.True(telemetry.TryReadMemoryPressure(out var share));
        Assert.Equal(1.25, share.Percent);
        Assert.False(telemetry.TryReadPower(out _));
        Assert.Empty(telemetry.Rails);
    }

    [Fact]
    public void A_Jetson_s_rails_are_read_and_the_input_is_the_whole_board()
    {
        using var board = FakeBoard.JetsonOrin();
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.Equal(["VDD_CPU_GPU_CV", "VDD_IN", "VDD_SOC"], telemetry.Rails.Select(rail => rail.Name));
        Assert.True(telemetry.Rails[0].TryRead(out var cpu));
        Assert.Equal(2, (double)cpu.Watts, 6);
        Assert.True(telemetry.TryReadPower(out var power));
        Assert.Equal(7.5, (double)power.Watts, 6);
        Assert.False(telemetry.TryReadThrottling(out _));
    }

    [Fact]
    public void Without_an_input_rail_the_rails_are_added_up()
    {
        using var board = FakeBoard.JetsonOrin();
        board.Write("sys/class/hwmon/hwmon3/in1_label", "VDD_OTHER\n");
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.True(telemetry.TryReadPower(out var power));
        Assert.Equal(7.5 + 2 + 2, (double)power.Watts, 6);
    }

    [Fact]
    public void What_a_machine_does_not_measure_cannot_be_read()
    {
        using var board = new FakeBoard();
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.False(telemetry.TryReadTemperature(out _));
        Assert.False(telemetry.TryReadFrequency(out _));
        Assert.False(telemetry.TryReadThrottling(out _));
        Assert.False(telemetry.TryReadPower(out _));
        Assert.False(telemetry.TryReadMemoryPressure(out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hot\n")]
    [InlineData("99999999999999999999\n")]
    public void A_value_that_is_no_number_is_as_if_absent(string text)
    {
        using var board = FakeBoard.RaspberryPi5();
        board.Write("sys/class/thermal/thermal_zone0/temp", text);
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.False(telemetry.TryReadTemperature(out _));
    }

    [Fact]
    public void A_new_value_is_seen_through_the_open_file()
    {
        using var board = FakeBoard.RaspberryPi5();
        using var telemetry = new BoardTelemetry(board.Root);
        Assert.True(telemetry.TryReadTemperature(out var before));
        board.Celsius = 61;
        Assert.True(telemetry.TryReadTemperature(out var after));
        Assert.Equal((48.5, 61), (before.DegreesCelsius, after.DegreesCelsius));
    }
}
