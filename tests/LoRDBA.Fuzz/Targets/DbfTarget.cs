using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Fuzz.Targets;

/// <summary>adapter_model.bin of a folder lordba_qat_dbf for the tiny model: read as it is, or as the pickle of a sound archive.</summary>
internal abstract class DbfTarget : Target
{
    private readonly Model model = new TinyModel().Load();
    private readonly TemporaryFolder folder = new();

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<byte> input)
    {
        using var adapter = Adapter.Load(DbfBuilder.Write(folder, "dbf", Weights(input)), model);
        using var sequence = model.CreateSequence(new() { ContextLength = 4 }, new() { Threads = 1 });
        sequence.Use(adapter);
        sequence.Prefill([1, 2]);
    }

    /// <summary>The file.</summary>
    protected abstract byte[] Weights(ReadOnlySpan<byte> input);

    /// <inheritdoc/>
    public override void Dispose()
    {
        model.Dispose();
        folder.Dispose();
        base.Dispose();
    }
}

/// <summary>The whole archive.</summary>
internal sealed class TorchArchiveTarget : DbfTarget
{
    /// <inheritdoc/>
    public override string Name => "archive";

    /// <inheritdoc/>
    protected override byte[] Weights(ReadOnlySpan<byte> input) => input.ToArray();
}

/// <summary>The pickle; the storages are sound.</summary>
internal sealed class PickleTarget : DbfTarget
{
    /// <summary>The storages of the module that the seeds have: q_proj of the first layer, rank 3.</summary>
    private static readonly byte[][] Storages = [new byte[2 * 64], new byte[3 * 64 / 8], new byte[2 * 3], new byte[3 * 64 / 8], new byte[2 * 64]];

    /// <inheritdoc/>
    public override string Name => "pickle";

    /// <inheritdoc/>
    protected override byte[] Weights(ReadOnlySpan<byte> input) => TorchBuilder.Save(input.ToArray(), Storages);
}
