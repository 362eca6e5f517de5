using System.Diagnostics.CodeAnalysis;
using LoRDBA.Boards;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Hosting;
using LoRDBA.Examples.HomePanel.Lines;
using LoRDBA.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UnitsNet;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>What the panel is doing, for whoever asks from another thread.</summary>
/// <param name="Household">The name of the household that answers.</param>
/// <param name="Digest">Its adapter.</param>
/// <param name="Level">0: full speed.</param>
/// <param name="Temperature">The processor's; null where the board does not measure it.</param>
internal sealed record PanelState(string Household, string Digest, int Level, double? Temperature);

/// <summary>
/// Answers commands with the base and the household's adapter, and drives the line that an answer means. All of it runs on the generating
/// loop's thread; only <see cref="State"/>, <see cref="Commands"/> and <see cref="RequestNext"/> are for others.
/// </summary>
internal sealed class Panel : IDisposable
{
    private readonly PanelEngine engine;
    private readonly PanelLines lines;
    private readonly ILogger<Panel> logger;
    private readonly List<Household> households = [];
    private readonly UpdateStore? store;
    private readonly BoardTelemetry telemetry;
    private readonly Governor governor;
    private Household current;
    private int requested;
    private long commands;

    /// <exception cref="LordbaException">The model or an adapter cannot be used.</exception>
    public Panel(IOptions<PanelOptions> options, PanelLines lines, ILogger<Panel> logger, TimeProvider time)
    {
        (this.lines, this.logger) = (lines, logger);
        engine = new PanelEngine(options.Value);
        foreach (var household in options.Value.Households) households.Add(new Household(household, engine.Load(household.Adapter)));
        store = UpdateStore.Open(options.Value.Store.Folder, logger, time);
        telemetry = new BoardTelemetry(options.Value.Governor.Root);
        governor = new Governor(telemetry, engine.Threads, new() { MaxTemperature = Temperature.FromDegreesCelsius(options.Value.Governor.MaxTemperature) }, time);
        governor.Changed += decision => logger.GovernorChanged(decision.Level, governor.MaxLevel, decision.Threads, decision.Pause, decision.Reason);
        Act(store?.Restore(engine, households) ?? households[0]);
    }

    /// <summary>What it is doing.</summary>
    public PanelState State { get; private set; } = new("", "", 0, null);

    /// <summary>Commands answered since the start.</summary>
    public long Commands => Interlocked.Read(ref commands);

    /// <summary>Threads that compute.</summary>
    public int Threads => engine.Threads;

    /// <summary>The next household acts after the answer that is being generated, and before any that waits.</summary>
    public void RequestNext() => Interlocked.Increment(ref requested);

    /// <summary>Lets the household act that was asked for.</summary>
    public void Switch()
    {
        var steps = Interlocked.Exchange(ref requested, 0);
        if (steps > 0) Act(households[(households.IndexOf(current) + steps) % households.Count]);
    }

    /// <summary>Answers what somebody said.</summary>
    /// <returns>The answer, who answered, what was driven.</returns>
    /// <exception cref="LordbaException">There is no answer; nothing was driven.</exception>
    public string Answer(string command, Action beat, CancellationToken cancellation)
    {
        lines.Busy = true;
        try
        {
            var answer = engine.Answer(command, governor, beat, cancellation);
            Interlocked.Increment(ref commands);
            store?.Answered(current.Adapter);
            var intent = Intent.Of(answer, current.Options);
            if (intent is { } drive) lines.Drive(drive.Line, drive.IsOn);
            return $"{answer} | {Who()} | {intent?.ToString() ?? "driven=none"}";
        }
        finally
        {
            lines.Busy = false;
            Look();
        }
    }

    /// <summary>Answers the household's next button command.</summary>
    /// <inheritdoc cref="Answer"/>
    public string AnswerButton(Action beat, CancellationToken cancellation) => Answer(current.NextButtonCommand(), beat, cancellation);

    /// <summary>Who acts.</summary>
    public string Who() => $"household={current.Name} | digest={current.Adapter.Digest.Short}";

    /// <summary>Takes an adapter into the store and lets it act, if it is healthy.</summary>
    /// <exception cref="LordbaException">It is not; nothing changed.</exception>
    public string Update(string path)
    {
        if (store is null) throw new PanelException("There is no adapter store. Set Store:Folder to a folder that survives power cuts.");
        Act(store.Update(path, engine, households));
        return Who();
    }

    /// <summary>Between two answers: looks at the board's temperature.</summary>
    public void Idle()
    {
        store?.Idle();
        governor.Step();
        Look();
    }

    /// <summary>The loop stops cleanly: what served until now did its work.</summary>
    public void Settle() => store?.Prove();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var household in households) household.Dispose();
        engine.Dispose();
        governor.Dispose();
    }

    [MemberNotNull(nameof(current))]
    private void Act(Household household)
    {
        current = household;
        engine.Use(household.Adapter);
        logger.HouseholdActs(household.Name, household.Adapter.Digest.Short);
        Look();
    }

    private void Look() => State = new(
        current.Name,
        current.Adapter.Digest.Short,
        governor.Current.Level,
        telemetry.TryReadTemperature(out var temperature) ? temperature.DegreesCelsius : null);
}
