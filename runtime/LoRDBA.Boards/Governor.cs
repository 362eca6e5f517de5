using LoRDBA.Runtime.Inference;
using UnitsNet;

namespace LoRDBA.Boards;

/// <summary>
/// Keeps temperature and power under limits while a model decodes: first it lets the processor rest between tokens, then it takes threads
/// away, then it lets it rest longer. Answers stay the same to the bit, they only come later.
/// </summary>
/// <remarks>
/// Levels, here of 3 threads, each below the one before in power:
/// <code>
/// level     0    1    2    3    4    5    6    7    8
/// threads   3    3    2    2    1    1    1    1    1
/// pause     0   1/2   0   1/2   0   1/2   1    2    4      of the work's time
/// </code>
/// One level down per period while a limit is passed; one up after <see cref="GovernorOptions.CalmPeriods"/> periods that stay below the
/// limits by the hysteresis; between the two nothing changes. A time step allocates nothing. For one thread at a time.
/// </remarks>
public sealed class Governor : IDisposable
{
    private static readonly double[] LongPauses = [1, 2, 4];

    private readonly BoardTelemetry telemetry;
    private readonly bool shouldDispose;
    private readonly GovernorOptions options;
    private readonly TimeProvider time;
    private readonly (int Threads, double Pause)[] levels;
    private long lastLook;
    private int calm;

    /// <summary>Starts at full speed.</summary>
    /// <param name="telemetry">Where it looks.</param>
    /// <param name="threads">Threads of the engine.</param>
    /// <param name="options">The limits; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="shouldDispose">Whether the telemetry is disposed with it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one thread, or an option lies outside its range.</exception>
    public Governor(BoardTelemetry telemetry, int threads, GovernorOptions? options = null, TimeProvider? time = null, bool shouldDispose = true)
    {
        options ??= new GovernorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinThreads, 1, nameof(options.MinThreads));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MinThreads, threads, nameof(options.MinThreads));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CalmPeriods, 1, nameof(options.CalmPeriods));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Period, TimeSpan.Zero, nameof(options.Period));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Hysteresis.DegreesCelsius, nameof(options.Hysteresis));
        (this.telemetry, this.options, this.time, this.shouldDispose) = (telemetry, options, time ?? TimeProvider.System, shouldDispose);
        levels = LevelsOf(threads, options.MinThreads);
        lastLook = this.time.GetTimestamp() - (long)(options.Period.TotalSeconds * this.time.TimestampFrequency);
        Current = new GovernorDecision(0, threads, 0, GovernorReason.None, null, null);
    }

    /// <summary>Called with each decision that differs from the one before, on the thread that steps.</summary>
    public event Action<GovernorDecision>? Changed;

    /// <summary>What it asks for now.</summary>
    public GovernorDecision Current { get; private set; }

    /// <summary>The highest level: the least power.</summary>
    public int MaxLevel => levels.Length - 1;

    /// <summary>Looks at the board, at most once per period, and decides.</summary>
    public GovernorDecision Step()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(lastLook, now) < options.Period) return Current;
        lastLook = now;

        Temperature? temperature = telemetry.TryReadTemperature(out var t) ? t : null;
        Power? power = telemetry.TryReadPower(out var p) ? p : null;
        var isThrottled = telemetry.TryReadThrottling(out var flags) && (flags & Throttling.Now) != 0;
        var isHot = temperature is { } degrees && degrees.DegreesCelsius >= options.MaxTemperature.DegreesCelsius;
        var isStrong = power is { } watts && options.MaxPower is { } most && watts.Watts >= most.Watts;
        if (isHot || isStrong || isThrottled)
        {
            calm = 0;
            Take(Current.Level + 1, isHot ? GovernorReason.Temperature : isStrong ? GovernorReason.Power : GovernorReason.Throttling, temperature, power);
        }
        else if (!IsCalm(temperature, power))
        {
            calm = 0;
        }
        else if (++calm >= options.CalmPeriods)
        {
            calm = 0;
            Take(Current.Level - 1, GovernorReason.Recovery, temperature, power);
        }
        return Current;
    }

    /// <summary>After each token: steps, sets the engine's threads, and rests as long as the level asks for.</summary>
    /// <param name="engine">The engine that decodes; not at work now.</param>
    /// <param name="work">What the token took.</param>
    /// <param name="cancellation">Ends the rest.</param>
    /// <exception cref="EngineException">The engine has fewer threads than the governor, or another thread is at work in it.</exception>
    public void Pace(Engine engine, TimeSpan work, CancellationToken cancellation = default)
    {
        var decision = Step();
        if (engine.ActiveThreads != decision.Threads) engine.ActiveThreads = decision.Threads;
        if (decision.Pause > 0) cancellation.WaitHandle.WaitOne(work * decision.Pause);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (shouldDispose) telemetry.Dispose();
    }

    private bool IsCalm(Temperature? temperature, Power? power) =>
        (temperature is not { } degrees || degrees.DegreesCelsius < options.MaxTemperature.DegreesCelsius - options.Hysteresis.DegreesCelsius)
        && (power is not { } watts || options.MaxPower is not { } most || (double)watts.Watts < (double)most.Watts * options.PowerHysteresis.DecimalFractions);

    private void Take(int level, GovernorReason reason, Temperature? temperature, Power? power)
    {
        level = Math.Clamp(level, 0, MaxLevel);
        if (level == Current.Level) return;
        var (threads, pause) = levels[level];
        Current = new GovernorDecision(level, threads, pause, reason, temperature, power);
        Changed?.Invoke(Current);
    }

    private static (int Threads, double Pause)[] LevelsOf(int threads, int fewest)
    {
        var levels = new List<(int, double)>();
        for (var t = threads; t >= fewest; t--) levels.AddRange([(t, 0), (t, 0.5)]);
        foreach (var pause in LongPauses) levels.Add((fewest, pause));
        return [.. levels];
    }
}
