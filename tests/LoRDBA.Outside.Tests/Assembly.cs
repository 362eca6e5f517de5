using LoRDBA.Outside.Tests;
using Xunit.Sdk;
using Xunit.v3;

// One build at a time: each takes all cores.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(PackageFeed))]
