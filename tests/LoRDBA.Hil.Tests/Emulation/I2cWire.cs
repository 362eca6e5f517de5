using System.Collections.Concurrent;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The outside end of an I2C bus that the guest's kernel makes of two GPIO lines (i2c-gpio): sees each bit, answers as a sensor, and
/// stretches the clock as long as it needs.
/// </summary>
/// <remarks>
/// The kernel lets a line go by making it an input, and pulls it by making it a low output. What the chip's model makes of that leaves the
/// bench all the time it needs, so nothing depends on how fast this machine is:
/// <code>
/// a line that is let go keeps the level of its output: SCL stays low until the bench drives it. Each rise of the clock waits for the bench.
/// a line is pulled from a high level: qemu tells that its output rose and fell.
/// SDA is held at the clock's rise: the bench has set its output high by then, behind the guest's back, so that letting it go is a change.
///
///            guest lets SCL go          bench drives SDA, then SCL         guest pulls SCL: told
///                   |                            |                               |
/// SCL  ____________ . . . . (still low) . . . . _/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾\________
/// SDA  ===X=================================X==== START or STOP: told, in order =====X===
/// </code>
/// The kernel sets SDA anew for each bit and reads it only where it has let it go, so it does not see the high output.
/// </remarks>
internal sealed class I2cWire : IDisposable
{
    /// <summary>The lines, as the device tree names them (tests/hil/prepare.sh).</summary>
    public const int Sda = 5, Scl = 6;

    private enum Told { Start, Stop, ClockFell, End }

    private readonly QtestClient qtest;
    private readonly Pl061 chip;
    private readonly I2cTarget target;
    private readonly BlockingCollection<Told> told = [];
    private readonly Thread thread;
    private volatile bool isEnding;
    private volatile bool isClockHigh = true, isHeld;   // at the bus, as far as it was told; SDA by the guest

    /// <param name="qtest">Tells what the guest pulls.</param>
    /// <param name="chip">Where the lines are.</param>
    /// <param name="sensor">What answers.</param>
    public I2cWire(QtestClient qtest, Pl061 chip, Bme280 sensor)
    {
        (this.qtest, this.chip, target) = (qtest, chip, new I2cTarget(sensor));
        chip.Drive(Sda, true);
        chip.Drive(Scl, true);
        qtest.OutputChanged += Hear;
        thread = new Thread(Run) { IsBackground = true, Name = "I2C" };
        thread.Start();
    }

    /// <summary>STARTs, repeated ones as well.</summary>
    public int Starts => target.Starts;

    /// <inheritdoc/>
    public void Dispose()
    {
        isEnding = true;
        told.Add(Told.End);
        thread.Join();
        qtest.OutputChanged -= Hear;
        told.Dispose();
    }

    /// <summary>On qtest's thread, before any later reply.</summary>
    private void Hear(int line, bool level)
    {
        if (level || !isClockHigh) return;
        if (line == Scl)
        {
            isClockHigh = false;
            told.Add(Told.ClockFell);
        }
        else if (line == Sda)
        {
            told.Add(isHeld ? Told.Stop : Told.Start);
            isHeld = !isHeld;
        }
    }

    private void Run()
    {
        try
        {
            while (!isEnding)
            {
                switch (told.Take())
                {
                    case Told.Start: target.Start(); break;
                    case Told.Stop: target.Stop(); break;
                    case Told.ClockFell:
                        target.ClockFell();
                        RaiseClock();
                        break;
                }
            }
        }
        catch (IOException)
        {
            // The machine was cut off.
        }
    }

    /// <summary>Once the guest has let the clock go: SDA's level, then the clock's rise.</summary>
    private void RaiseClock()
    {
        uint direction;
        do
        {
            if (isEnding) return;
            direction = chip.ReadDirection();
        }
        while (IsSet(direction, Scl));

        isHeld = IsSet(direction, Sda);
        var level = !isHeld && !target.PullsLow;
        if (isHeld) chip.SetOutput(Sda);
        else chip.Drive(Sda, level);
        target.ClockRises(level);
        isClockHigh = true;
        chip.Drive(Scl, true);
    }

    private static bool IsSet(uint lines, int line) => (lines >> line & 1) != 0;
}
