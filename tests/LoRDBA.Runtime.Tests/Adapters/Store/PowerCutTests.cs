using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>The power goes at every step of an update, and of the recovery from it: the old or the new adapter serves, verified.</summary>
public sealed class PowerCutTests(StoreScenario scenario, ITestOutputHelper output) : IClassFixture<StoreScenario>
{
    private const int Seeds = 20;

    private readonly SimulatedFolder prepared = scenario.Prepare();

    [Fact]
    public void A_cut_at_any_step_leaves_the_old_or_the_new_adapter()
    {
        var (steps, cuts, withNew) = (CountSteps(scenario.Update), 0, 0);
        for (var step = 0; step < steps; step++)
            for (var seed = 0; seed < Seeds; seed++, cuts++)
            {
                var (folder, progress) = CutUpdate(step, seed);
                var serves = scenario.Start(folder);
                AssertAllowed(serves, progress, $"step {step}, seed {seed}");
                if (serves == StoreScenario.DigestOf(scenario.New)) withNew++;
                StoreScenario.AssertTidy(folder);

                scenario.Update(folder);
                Assert.Equal(StoreScenario.DigestOf(scenario.New), scenario.Start(folder));
                StoreScenario.AssertTidy(folder);
            }
        output.WriteLine($"{steps} steps, {cuts} cuts, {withNew} of them served the new adapter");
        Assert.InRange(withNew, 1, cuts - 1);
    }

    [Fact]
    public void A_second_cut_at_any_step_of_the_recovery_does_neither()
    {
        var (steps, cuts) = (CountSteps(scenario.Update), 0);
        for (var step = 0; step < steps; step++)
            for (var seed = step % 4; seed < Seeds; seed += 5)
            {
                var (first, progress) = CutUpdate(step, seed);
                for (var again = 0; ; again++, cuts++)
                {
                    var folder = first.Copy();
                    folder.Fault = new Fault(FaultKind.Cut, again);
                    if (Run(() => scenario.Start(folder)) is null) break;
                    folder = folder.Boot(seed + again);
                    AssertAllowed(scenario.Start(folder), progress, $"step {step}, then {again}, seed {seed}");
                    StoreScenario.AssertTidy(folder);
                }
            }
        output.WriteLine($"{cuts} second cuts");
        Assert.True(cuts > 1000, $"{cuts} second cuts");
    }

    [Theory]
    [MemberData(nameof(StoreScenario.Faults), MemberType = typeof(StoreScenario))]
    public void A_fault_at_any_step_of_the_recovery_does_neither(FaultKind kind, bool always)
    {
        var (steps, faults) = (CountSteps(scenario.Update), 0);
        for (var step = 0; step < steps; step++)
        {
            var (first, progress) = CutUpdate(step, seed: step);
            var recovery = first.Copy();
            scenario.Start(recovery);
            for (var again = 0; again < recovery.Steps.Count; again++, faults++)
            {
                var folder = first.Copy();
                folder.Fault = new Fault(kind, again, always);
                var where = $"step {step}, then {again}";
                if (kind is FaultKind.NoSpace or FaultKind.ReadOnly) AssertAllowed(scenario.Start(folder), progress, where);
                else if (kind == FaultKind.InputOutput && !always) Assert.True(scenario.Start(folder) is not null, where);
                else if (Run(() => scenario.Start(folder)) is { } thrown) Assert.True(thrown is OutOfMemoryException || always && thrown is StoreException, $"{where}: {thrown}");

                folder.Fault = null;
                AssertAllowed(scenario.Start(folder), progress, where);
                StoreScenario.AssertTidy(folder);
            }
        }
        output.WriteLine($"{faults} faults");
        Assert.True(faults > 300, $"{faults} faults");
    }

    [Fact]
    public void The_same_cuts_on_a_storage_that_ignores_syncs_are_noticed()
    {
        // Whether the two tests above can fail.
        var (steps, broken) = (CountSteps(scenario.Update), 0);
        for (var step = 0; step < steps; step++)
            for (var seed = 0; seed < 4; seed++)
            {
                var (folder, progress) = CutUpdate(step, seed, ignoresSyncs: true);
                if (Run(() => AssertAllowed(scenario.Start(folder), progress, "")) is not null) broken++;
            }
        output.WriteLine($"{broken} of {4 * steps} cuts");
        Assert.True(broken > steps / 10, $"{broken} of {4 * steps} cuts");
    }

    [Fact]
    public void Three_cuts_of_a_start_in_a_row_are_three_crashes()
    {
        // A device that is switched off before it reports cannot be told from one that crashes. The adapter was proven, so it is not bad.
        var folder = prepared.Copy();
        for (var start = 0; start < StoreState.MaxCrashes; start++)
        {
            Assert.Equal(StoreScenario.DigestOf(scenario.Old), scenario.Start(folder));
            folder = folder.Boot(start);
        }
        Assert.Equal(StoreScenario.DigestOf(scenario.Oldest), scenario.Start(folder));
        Assert.Empty(StoreScenario.Open(folder).Read().Bad);
    }

    /// <summary>The folder after an update whose power went at a step, and how far the update came.</summary>
    private (SimulatedFolder Folder, int Progress) CutUpdate(int step, int seed, bool ignoresSyncs = false)
    {
        var folder = prepared.Copy();
        (folder.Fault, folder.IgnoresSyncs) = (new Fault(FaultKind.Cut, step), ignoresSyncs);
        var progress = 0;
        Assert.Throws<PowerCutException>(() => scenario.Update(folder, reached => progress = reached));
        return (folder.Boot(seed), progress);
    }

    private int CountSteps(Action<SimulatedFolder, Action<int>?> update)
    {
        var folder = prepared.Copy();
        update(folder, null);
        return folder.Steps.Count;
    }

    /// <summary>Before the activation it is the old one, after it the new one, and in between one of them.</summary>
    private void AssertAllowed(Sha256Digest? serves, int progress, string where)
    {
        var (old, next) = (StoreScenario.DigestOf(scenario.Old), StoreScenario.DigestOf(scenario.New));
        Assert.True(progress < 2 && serves == old || progress > 0 && serves == next, $"{where}: {serves?.Short ?? "nothing"} serves");
    }

    private static Exception? Run(Action work) => Record.Exception(work);
}
