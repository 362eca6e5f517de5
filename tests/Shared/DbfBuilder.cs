using System.Runtime.InteropServices;
using System.Text;

namespace LoRDBA.Tests;

/// <summary>
/// A random adapter of the form lordba_qat_dbf, module by module, and the PEFT LoRA that adds the same: A = S_A diag(s_in),
/// B = scaling · diag(s_out) S_B diag(m).
/// </summary>
internal sealed class DbfBuilder
{
    public const string Config = """{"method": "lordba_qat_dbf", "lora_alpha": 32, "lora_r": 16, "base_model_name_or_path": "org/base"}""";

    private readonly List<(string Key, string Value)> modules = [];
    private readonly List<byte[]> storages = [];
    private readonly List<(string, int[], float[])> peft = [];
    private readonly List<string> ranks = [];

    /// <summary>What stands in the place of a part of the next modules, or behind it.</summary>
    public Dictionary<string, string> Replaced { get; } = [];

    /// <summary>Adds a module with random signs, and scales of either sign that F16 has.</summary>
    public DbfBuilder Add(string module, int nIn, int nOut, int rank, double scaling = 2, int seed = 1)
    {
        var random = new Random(seed + modules.Count);
        Half[] Scales(int count) => [.. Enumerable.Range(0, count).Select(_ => (Half)((random.NextSingle() - 0.5f) * 0.5f))];
        bool[] Signs(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 1)];
        Half[] scaleIn = Scales(nIn), m = Scales(rank), scaleOut = Scales(nOut);
        bool[] a = Signs(rank * nIn), b = Signs(nOut * rank);

        (string Key, string Value)[] parts =
        [
            ("scale_in", Halves(scaleIn)), ("bp1", Bits(a)), ("scale_mid", Halves(m)), ("bp3", Bits(b)), ("scale_out", Halves(scaleOut)),
            ("in_features", TorchBuilder.Whole(nIn)), ("out_features", TorchBuilder.Whole(nOut)), ("mid_dim", TorchBuilder.Whole(rank)),
            ("scaling", "G" + Encoding.Latin1.GetString([.. BitConverter.GetBytes(scaling).Reverse()])),
        ];
        var changed = parts.Where(part => !Replaced.TryGetValue(part.Key, out var other) || other.Length > 0).Select(part => (part.Key, Replaced.GetValueOrDefault(part.Key, part.Value)));
        modules.Add((module, TorchBuilder.Dictionary([.. changed, .. Replaced.Where(other => !parts.Any(part => part.Key == other.Key)).Select(other => (other.Key, other.Value))])));

        peft.Add(($"base_model.model.{module}.lora_A.weight", [rank, nIn], [.. Enumerable.Range(0, rank * nIn).Select(i => (a[i] ? 1 : -1) * (float)scaleIn[i % nIn])]));
        peft.Add(($"base_model.model.{module}.lora_B.weight", [nOut, rank], [.. Enumerable.Range(0, nOut * rank).Select(i => (float)(scaling * (b[i] ? 1 : -1) * (double)scaleOut[i / rank] * (double)m[i % rank]))]));
        ranks.Add($"\"{module.Replace(".", "\\\\.")}\":{rank}");
        return this;
    }

    /// <summary>The weights' file.</summary>
    public byte[] ToArray() => TorchBuilder.Save(TorchBuilder.Pickle(TorchBuilder.Dictionary(modules), "."), storages);

    /// <summary>Writes the folder, NAME in another one; its path.</summary>
    public string Write(TemporaryFolder folder, string name = "dbf") => Write(folder, name, ToArray());

    /// <summary>Writes a folder with these weights; its path.</summary>
    public static string Write(TemporaryFolder folder, string name, byte[] weights, string config = Config)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, name));
        folder.Write($"{name}/adapter_config.json", Encoding.UTF8.GetBytes(config));
        folder.Write($"{name}/adapter_model.bin", weights);
        return Path.Combine(folder.Path, name);
    }

    /// <summary>Writes the LoRA that adds the same; its path.</summary>
    public string WritePeft(TemporaryFolder folder)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "peft"));
        var all = string.Join(",", ranks);
        folder.Write("peft/adapter_config.json", Encoding.UTF8.GetBytes($$$"""{"peft_type":"LORA","r":1,"lora_alpha":1,"rank_pattern":{{{{all}}}},"alpha_pattern":{{{{all}}}}}"""));
        folder.Write("peft/adapter_model.safetensors", SafetensorsBuilder.Of(peft));
        return Path.Combine(folder.Path, "peft");
    }

    private string Halves(Half[] values)
    {
        storages.Add(MemoryMarshal.AsBytes<Half>(values).ToArray());
        return TorchBuilder.Tensor("HalfStorage", storages.Count - 1, values.Length);
    }

    // Element i is bit 7 - i mod 8 of byte i / 8; the tail is 1.
    private string Bits(bool[] signs)
    {
        var bytes = new byte[(signs.Length + 7) / 8];
        for (var i = 0; i < 8 * bytes.Length; i++)
            if (i >= signs.Length || signs[i]) bytes[i / 8] |= (byte)(1 << 7 - i % 8);
        storages.Add(bytes);
        return TorchBuilder.Tensor("ByteStorage", storages.Count - 1, bytes.Length);
    }
}
