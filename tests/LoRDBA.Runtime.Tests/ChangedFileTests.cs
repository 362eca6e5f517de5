using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests;

/// <summary>What becomes of adapters and models whose files are overwritten or shortened while they are in use.</summary>
public sealed class ChangedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Forms => ["lordba", "gguf", "peft"];

    [Theory, MemberData(nameof(Forms))]
    public void An_adapter_is_what_was_loaded_whatever_becomes_of_its_file(string form)
    {
        using var model = new TinyModel().Load();
        var (path, file) = Write(form, model);
        using var adapter = Adapter.Load(path, model);
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        sequence.Use(adapter);
        var expected = sequence.Prefill([1, 2, 3]).ToArray();

        var bytes = File.ReadAllBytes(file);
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.Write(new byte[bytes.Length]);
        Assert.Equal(expected, Again(sequence));
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(1);
        Assert.Equal(expected, Again(sequence));
        // Kernels of another kind are chosen, and read the adapter, only now.
        using var oracle = model.CreateSequence(engineOptions: new() { Threads = 1, Oracle = true });
        oracle.Use(adapter);
        oracle.Prefill([1, 2, 3]);
        Assert.All(model.Linears, linear => Assert.NotNull(adapter.FactorsOf(linear)));
    }

    [Fact]
    public void An_open_adapter_file_is_a_copy()
    {
        using var model = new TinyModel().Load();
        var (path, _) = Write("lordba", model);
        using var file = LordbaFile.Open(path);
        File.WriteAllBytes(path, []);

        var m = new float[file.Tensors[0].Rank];
        file.Tensors[0].DecodeM(m);
        Assert.Contains(m, value => value != 0);
    }

    [Fact]
    public void A_model_that_was_written_to_begins_nothing_new()
    {
        var path = folder.Write("model.gguf", new TinyModel().ToArray());
        using var model = Model.Load(path);
        using var engine = model.CreateEngine(new() { Threads = 1 });
        using (engine.CreateSequence())
        {
        }

        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.WriteByte((byte)'G');
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(1));
        Assert.Equal("gguf.changed", Assert.Throws<GgufException>(() => engine.CreateSequence()).Code);
        Assert.Equal("gguf.changed", Assert.Throws<GgufException>(() => model.CreateEngine()).Code);
        Assert.Contains(path, Assert.Throws<GgufException>(() => model.CreateEngine()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_grew_begins_nothing_new()
    {
        var path = folder.Write("model.gguf", new TinyModel().ToArray());
        using var model = Model.Load(path);
        var written = File.GetLastWriteTimeUtc(path);
        using (var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) stream.WriteByte(0);
        File.SetLastWriteTimeUtc(path, written);

        Assert.Equal(GgufError.Changed, Assert.Throws<GgufException>(() => model.CreateEngine()).Error);
    }

    [Fact]
    public void A_model_that_was_replaced_by_a_rename_is_the_old_one()
    {
        var path = folder.Write("model.gguf", new TinyModel().ToArray());
        using var model = Model.Load(path);
        File.Move(folder.Write("new.gguf", new TinyModel { Seed = 2 }.ToArray()), path, overwrite: true);

        using var expected = new TinyModel().Load();
        using var one = model.CreateSequence(engineOptions: new() { Threads = 1 });
        using var other = expected.CreateSequence(engineOptions: new() { Threads = 1 });
        Assert.Equal(other.Prefill([1, 2, 3]).ToArray(), one.Prefill([1, 2, 3]).ToArray());
    }

    private static float[] Again(Sequence sequence)
    {
        sequence.Reset();
        return sequence.Prefill([1, 2, 3]).ToArray();
    }

    /// <summary>An adapter of the model: the path that loads it, and the file with its factors.</summary>
    private (string Path, string File) Write(string form, Model model)
    {
        if (form == "lordba")
        {
            var factors = model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank: 9, outBits: 4, inBits: linear.Index % 2 * 4, seed: linear.Index));
            var path = folder.Write("a.lordba", LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]));
            return (path, path);
        }
        var peft = RandomPeft.Write(folder, model, rank: 3);
        if (form == "peft") return (peft, Path.Combine(peft, "adapter_model.safetensors"));
        using var lora = Adapter.Load(peft, model);
        var gguf = folder.Write("a.gguf", GgufLoraWriter.ToArray(lora));
        return (gguf, gguf);
    }
}
