namespace LoRDBA.Tool.Boards;

/// <summary>What <c>board</c> prints. A field that the machine does not tell is absent.</summary>
/// <param name="Model">What the device tree calls the board.</param>
/// <param name="Compatible">The device tree's list, the board first and its chip last.</param>
/// <param name="Profile">Its name for <c>LordbaBoard</c>.</param>
/// <param name="Architecture">Of the process.</param>
/// <param name="System">The operating system.</param>
/// <param name="Kernel">The release of its kernel.</param>
/// <param name="Version">Of <c>lordba</c>.</param>
/// <param name="Instructions">The sets of kernels that run here, the fastest last.</param>
/// <param name="Cores">Cores that the process may use.</param>
/// <param name="MemoryBytes">All memory.</param>
/// <param name="PageBytes">A page of memory.</param>
/// <param name="State">Heat, clock and power, before a measurement.</param>
/// <param name="Gpio">Chips of lines, and the library that drives them.</param>
/// <param name="Notices">What is missing or not as it should be, and what to do.</param>
/// <param name="SelfTest">Every kernel on this processor.</param>
/// <param name="Measurement">With <c>--measure</c>.</param>
internal sealed record BoardFacts(
    string? Model, IReadOnlyList<string> Compatible, string? Profile, string Architecture, string System, string? Kernel, string Version, string[] Instructions, int Cores,
    long? MemoryBytes, int PageBytes, BoardState State, GpioFacts Gpio, IReadOnlyList<string> Notices, SelfTestFacts SelfTest, BoardMeasurement? Measurement);

/// <summary>Heat, clock and power at a moment.</summary>
/// <param name="Celsius">The processor's temperature.</param>
/// <param name="Megahertz">The clock of the first core.</param>
/// <param name="FrequencyGovernor">How Linux chooses the clock.</param>
/// <param name="Throttling">What a Raspberry Pi's firmware says, "none" if all is well.</param>
/// <param name="Watts">What the board takes.</param>
/// <param name="Rails">Watts of each rail that is measured.</param>
/// <param name="MemoryPressurePercent">The share of the last ten seconds in which some program waited for memory.</param>
internal sealed record BoardState(
    double? Celsius, double? Megahertz, string? FrequencyGovernor, string? Throttling, double? Watts, IReadOnlyDictionary<string, double>? Rails, double? MemoryPressurePercent);

/// <summary>GPIO of the machine.</summary>
/// <param name="Library">libgpiod.so.3 (libgpiod 2), libgpiod.so.2 (libgpiod 1), or absent.</param>
/// <param name="Chips">The chips.</param>
internal sealed record GpioFacts(string? Library, IReadOnlyList<GpioChipFacts> Chips);

/// <summary>A chip of lines.</summary>
/// <param name="Device">Its path.</param>
/// <param name="Compatible">What the device tree says it is.</param>
/// <param name="MayOpen">Whether this user may open it.</param>
internal sealed record GpioChipFacts(string Device, string? Compatible, bool MayOpen);

/// <summary>The test of the kernels.</summary>
/// <param name="Passed">Whether all compute what they have to.</param>
/// <param name="Digest">A hash of results that all machines have in common.</param>
/// <param name="Kernels">The kernels.</param>
internal sealed record SelfTestFacts(bool Passed, string Digest, IReadOnlyList<KernelFacts> Kernels);

/// <summary>A kernel.</summary>
/// <param name="Kernel">What it computes.</param>
/// <param name="Comparisons">Numbers that were compared.</param>
/// <param name="Fault">The first that was wrong.</param>
internal sealed record KernelFacts(string Kernel, int Comparisons, string? Fault);
