namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The outside end of an I2C bus that the guest's kernel makes of two GPIO lines (i2c-gpio): sees each bit, answers as a sensor, and
/// stretches the clock as long as it needs.
/// </summary>
/// <remarks>
/// The kernel lets a line go by making it an input, and pulls it by making it a low output. What the chip's model makes of that leaves the
/// bench all the time it needs, so no bit depends on how fast this machine is:
/// <code>
/// guest lets a line go    the line keeps its low level until the bench drives it: each rise of the clock waits for the bench
/// guest pulls a line      output becomes high, then low: two changes are told, and in order with those of the other line.
///                         SDA before SCL: a START; SCL before SDA: the next bit
///
///            guest lets SCL go          bench drives SDA, then SCL         guest pulls SCL
///                   |                            |                               |
/// SCL  ____________ . . . . (still low) . . . . _/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾\________
/// SDA  ===X=================================X=============== START or STOP ==========X===
/// </code>
/// A STOP is told by nothing and looked for; the bus rests after it for at least half a bit.
/// </remarks>
internal sealed class I2cWire : IDisposable
{
    /// <summary>The lines, as the device tree names them (tests/hil/prepare.sh).</summary>
    public const int Sda = 5, Scl = 6;

    private readonly QtestClient qtest;
    private readonly Pl061 chip;
    private readonly I2cTarget target;
    private readonly Thread thread;
    private volatile bool isEnding;
    private volatile bool isClockHigh = true, hasStarted;   // as the guest's own changes tell
    private bool wasHeld;                                   // SDA by the guest, when the clock rose

    /// <param name="qtest">Tells what the guest pulls.</param>
    /// <param name="chip">Where the lines are.</param>
    /// <param name="sensor">What answers.</param>
    public I2cWire(QtestClient qtest, Pl061 chip, Bme280 sensor)
    {
        (this.qtest, this.chip, target) = (qtest, chip, new I2cTarget(sensor));
        chip.Drive(Sda, true);
        chip.Drive(Scl, true);
        qtest.OutputChanged += WhenPulled;
        thread = new Thread(Run) { IsBackground = true, Name = "I2C" };
        thread.Start();
    }

    /// <summary>Transfers that began, those within others as well.</summary>
    public int Starts => target.Starts;

    /// <inheritdoc/>
    public void Dispose()
    {
        isEnding = true;
        thread.Join();
        qtest.OutputChanged -= WhenPulled;
    }

    private void WhenPulled(int line, bool level)
    {
        if (level) return;
        if (line == Scl) isClockHigh = false;
        if (line == Sda && isClockHigh) hasStarted = true;
    }

    private void Run()
    {
        try
        {
            while (!isEnding)
            {
                WatchHighClock();
                target.ClockFell();
                RaiseClock();
            }
        }
        catch (IOException)
        {
            // The machine was cut off.
        }
    }

    /// <summary>Until the clock falls: a STOP, a START.</summary>
    private void WatchHighClock()
    {
        while (!isEnding)
        {
            // In this order: if the clock is still high after the second look, the first saw SDA at a high clock.
            var isHeld = IsSet(chip.ReadDirection(), Sda);
            var isHigh = IsSet(chip.ReadData(), Scl);
            if (wasHeld && !isHeld && isHigh)
            {
                target.Stop();
                wasHeld = false;
                chip.Drive(Sda, true);
            }
            if (hasStarted)
            {
                hasStarted = false;
                wasHeld = true;
                target.Start();
            }
            if (!isHigh) return;
            if (!target.IsBusy) Thread.Sleep(1);
        }
    }

    /// <summary>Once the guest has let the clock go: SDA's level, then the clock's rise.</summary>
    private void RaiseClock()
    {
        while (!isEnding)
        {
            var direction = chip.ReadDirection();
            if (IsSet(direction, Scl)) continue;
            wasHeld = IsSet(direction, Sda);
            var level = !wasHeld && !target.PullsLow;
            chip.Drive(Sda, level);
            target.ClockRises(level);
            (hasStarted, isClockHigh) = (false, true);
            chip.Drive(Scl, true);
            return;
        }
    }

    private static bool IsSet(uint lines, int line) => (lines >> line & 1) != 0;
}
