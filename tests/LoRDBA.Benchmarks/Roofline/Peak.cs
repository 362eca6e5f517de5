namespace LoRDBA.Benchmarks.Roofline;

/// <summary>A limit of the machine, as a small loop that does nothing else.</summary>
/// <param name="Name">Which.</param>
/// <param name="Unit">What <paramref name="Amount"/> counts: MAC, B or cycles.</param>
/// <param name="Amount">Of one run.</param>
/// <param name="Time">The run.</param>
internal sealed record Peak(string Name, string Unit, double Amount, Timed Time);

/// <summary>A loop of the runtime, and how much of the machine's limits it has to take.</summary>
/// <param name="Name">Which.</param>
/// <param name="Shape">n_in → n_out, or heads.</param>
/// <param name="Tokens">In one run.</param>
/// <param name="Work">What no implementation with these instructions can do without: amounts of each limit in one run. The first is what the speed is told in.</param>
/// <param name="Time">The run.</param>
internal sealed record HotLoop(string Name, string Shape, int Tokens, (Peak Peak, double Amount)[] Work, Timed Time);
