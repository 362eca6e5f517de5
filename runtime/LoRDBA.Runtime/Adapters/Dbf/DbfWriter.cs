using System.Runtime.InteropServices;
using System.Text.Json;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>Writes an adapter of signs in the authors' form: adapter_config.json and adapter_model.bin, which their program and
/// <see cref="DbfReader"/> load. Equal input gives equal bytes.</summary>
public static class DbfWriter
{
    /// <summary>Makes the folder if need be and writes each file whole or not at all, the configuration last: a folder without it is no
    /// adapter. Scales become F16, the scaling is 1, and s_in is 1 where there is none.</summary>
    /// <param name="folder">Where both files go.</param>
    /// <param name="adapter">An adapter of the kind <see cref="AdapterKind.Lordba"/>.</param>
    /// <exception cref="ArgumentException">It is another one: that has to be converted first.</exception>
    /// <exception cref="AdapterException">A scale is beyond F16.</exception>
    /// <exception cref="ObjectDisposedException">The adapter is disposed.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(string folder, Adapter adapter)
    {
        ObjectDisposedException.ThrowIf(adapter.IsDisposed, adapter);
        if (adapter is not LordbaAdapter signs) throw new ArgumentException($"{adapter.Name} has no signs: only adapters of the kind {AdapterKind.Lordba} are written in this form.", nameof(adapter));

        LordbaBranch[] branches = [.. adapter.Model.Linears.Select(signs.BranchOf).OfType<LordbaBranch>()];
        var archive = Archive(branches, adapter);
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, DbfFolder.WeightsName), archive.WriteTo);
        WholeFile.Write(Path.Combine(folder, AdapterFolder.ConfigName), stream => WriteConfig(stream, branches, adapter));
    }

    private static TorchArchiveWriter Archive(LordbaBranch[] branches, Adapter adapter)
    {
        var pickle = new PickleWriter().BeginDictionary();
        List<byte[]> storages = [];
        void AddTensor(string key, byte[] bytes, bool isHalf)
        {
            pickle.Add(key).AddTensor($"{storages.Count}", isHalf ? bytes.Length / sizeof(ushort) : bytes.Length, isHalf);
            storages.Add(bytes);
        }

        foreach (var branch in branches)
        {
            var (linear, rank) = (branch.Linear, branch.Rank);
            var stored = new int[linear.NOut]; // The row in GGUF of each row in the order of Hugging Face.
            foreach (var (row, source) in PeftNames.SourceRows(linear, adapter.Model.Config).Index()) stored[source] = row;
            pickle.Add(PeftNames.ModuleOf(linear)).BeginDictionary();
            AddTensor(DbfKeys.ScaleIn, Halves(branch.ScaleIn.IsEmpty ? [.. Enumerable.Repeat(1f, linear.NIn)] : branch.ScaleIn.ToArray(), linear, adapter), isHalf: true);
            AddTensor(DbfKeys.SignsA, SignStream.Pack(rank, linear.NIn, branch.SignsA.IsPlus), isHalf: false);
            AddTensor(DbfKeys.M, Halves(branch.M.ToArray(), linear, adapter), isHalf: true);
            AddTensor(DbfKeys.SignsB, SignStream.Pack(linear.NOut, rank, (row, k) => branch.SignsB.IsPlus(k, stored[row])), isHalf: false);
            AddTensor(DbfKeys.ScaleOut, Halves([.. stored.Select(row => branch.ScaleOut[row])], linear, adapter), isHalf: true);
            pickle.Add(DbfKeys.NIn).Add(linear.NIn).Add(DbfKeys.NOut).Add(linear.NOut).Add(DbfKeys.Rank).Add(rank).Add(DbfKeys.Scaling).Add(1.0).EndDictionary();
        }

        var archive = new TorchArchiveWriter(Path.GetFileNameWithoutExtension(DbfFolder.WeightsName)).Add("data.pkl", pickle.EndDictionary().Finish()).Add("byteorder", "little"u8.ToArray());
        foreach (var (number, bytes) in storages.Index()) archive.Add($"data/{number}", bytes);
        return archive.Add("version", "3\n"u8.ToArray());
    }

    private static byte[] Halves(float[] scales, Linear linear, Adapter adapter)
    {
        var halves = Array.ConvertAll(scales, scale => (Half)scale);
        var at = Array.FindIndex(halves, half => !Half.IsFinite(half));
        if (at >= 0) throw new AdapterException(AdapterError.BadScale, adapter.Name, linear.Name, $"the scale {scales[at]} is beyond F16, in which this form has it.");
        return MemoryMarshal.AsBytes<Half>(halves).ToArray();
    }

    private static void WriteConfig(Stream stream, LordbaBranch[] branches, Adapter adapter)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("method", DbfFolder.Method);
        json.WriteString("base_model_name_or_path", adapter.BaseName ?? adapter.Model.Config.Name);
        json.WriteNumber("scaling", 1);
        json.WriteNumber("num_adapters", branches.Length);
        json.WriteStartArray("target_modules");
        foreach (var module in branches.Select(branch => PeftNames.ModuleOf(branch.Linear).Split('.')[^1]).Distinct()) json.WriteStringValue(module);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
