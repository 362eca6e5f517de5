using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>
/// Turns on request, so that a script can let several programs take turns and none disturbs another: a line on standard input
/// names what is to act, a line of JSON on standard output says what the turn took.
/// </summary>
internal static class BenchRequests
{
    /// <summary>The line that asks for the base alone; any other is an adapter's path.</summary>
    private const string Base = "base";

    /// <summary>Serves lines until there are no more.</summary>
    public static void Serve(ToolContext context, Sequence sequence, int[] ids, int prefill)
    {
        var adapters = new Dictionary<string, Adapter>();
        try
        {
            while (context.Read(input => input.ReadLine()) is { } line)
            {
                if (line != Base && !adapters.ContainsKey(line)) adapters[line] = Adapter.Load(line, sequence.Model);
                sequence.Use(line == Base ? null : adapters[line]);
                JsonOutput.Write(context.Out, Turn.Run(sequence, ids, prefill, context.Interrupted), JsonOutput.Types.Turn);
                context.Out.Flush();
            }
        }
        finally
        {
            foreach (var adapter in adapters.Values) adapter.Dispose();
        }
    }
}
