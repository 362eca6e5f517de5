using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>Makes a .lordba file of an adapter in the authors' form: the same signs and scales in another order.</summary>
/// <remarks>
/// A .lordba has magnitudes for scales, rows in the order of GGUF, and no scaling. So the signs of s_in and m turn columns and rows of S_A,
/// those of s_out turn rows of S_B, and the scaling goes into s_out. Nothing is lost where it is a power of two, as alpha / r usually is.
/// </remarks>
public static class DbfReader
{
    /// <summary>Loads the folder for a model.</summary>
    /// <exception cref="AdapterException">A file is not sound, or does not fit the model.</exception>
    internal static LordbaAdapter Load(string path, Model model)
    {
        using var folder = DbfFolder.Open(path);
        var origin = new AdapterOrigin(folder.Name, folder.Digest(), folder.ByteLength) { BaseName = folder.BaseName, Notice = RoundingOf(folder) };
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(ToLordba(folder, model), folder.WeightsPath)), model, origin);
    }

    /// <summary>The bytes of the .lordba file; equal input gives equal bytes.</summary>
    /// <param name="folder">The adapter.</param>
    /// <param name="model">Its base.</param>
    /// <exception cref="AdapterException">A module matches no linear of the model, or a scale times the scaling is beyond F16.</exception>
    public static byte[] ToLordba(DbfFolder folder, Model model)
    {
        var header = new LordbaHeader { Name = folder.Name, Base = LordbaBase.Of(model), ScaleBits = ScaleCode.F16.Bits };
        var linears = folder.Modules.Select(module => (Module: module, Linear: LinearOf(module, model, folder.WeightsPath))).ToArray();
        if (linears.GroupBy(pair => pair.Linear).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new AdapterException(AdapterError.DuplicateTensor, folder.WeightsPath, twice.Key.Name, "two modules are for it. Save one adapter alone.");
        return LordbaWriter.ToArray(header, [.. linears.OrderBy(pair => pair.Linear.Index).Select(pair => ToFactors(folder, pair.Module, pair.Linear, model.Config))]);
    }

    /// <summary>Says that a scaling is not exact in F16; null if all are.</summary>
    public static string? RoundingOf(DbfFolder folder)
    {
        foreach (var module in folder.Modules)
            foreach (var scale in folder.Scales(module).ScaleOut)
                if ((float)(Half)(scale * module.Scaling) is var rounded && float.IsFinite(rounded) && rounded != (double)scale * module.Scaling)
                    return $"{folder.Name}: the scaling {module.Scaling} of {module.Name} is not exact in s_out, whose numbers are rounded to F16.";
        return null;
    }

    private static LordbaFactors ToFactors(DbfFolder folder, DbfModule module, Linear linear, ModelConfig config)
    {
        var (nIn, rank) = (module.NIn, module.Rank);
        var (scaleIn, m, stored) = folder.Scales(module);
        var source = PeftNames.SourceRows(linear, config);
        var scaleOut = Array.ConvertAll(source, row => (float)(Half)(stored[row] * module.Scaling));
        if (Array.Exists(scaleOut, float.IsInfinity))
            throw new AdapterException(AdapterError.BadScale, folder.WeightsPath, module.Name, $"{DbfKeys.ScaleOut} times the scaling {module.Scaling} is beyond F16. Save the adapter with a smaller scaling.");

        var (signsA, signsB) = folder.Signs(module);
        return new LordbaFactors
        {
            Name = linear.Name,
            NIn = nIn,
            SignsA = LordbaFactors.PackSigns(rank, nIn, (k, column) => signsA.IsPlus(k, column) != (m[k] < 0 != scaleIn[column] < 0)),
            SignsB = LordbaFactors.PackSigns(rank, linear.NOut, (k, row) => signsB.IsPlus(source[row], k) != scaleOut[row] < 0),
            M = Array.ConvertAll(m, MathF.Abs),
            ScaleOut = Array.ConvertAll(scaleOut, MathF.Abs),
            CodeOut = ScaleCode.F16,
            ScaleIn = Array.ConvertAll(scaleIn, MathF.Abs),
            CodeIn = ScaleCode.F16,
        };
    }

    private static Linear LinearOf(DbfModule module, Model model, string path)
    {
        var linear = PeftNames.LinearOf(module.Name, model, path);
        return module.NIn == linear.NIn && module.NOut == linear.NOut
            ? linear
            : throw new AdapterException(AdapterError.ShapeMismatch, path, module.Name, $"it is {module.NIn} -> {module.NOut}; the linear is {linear.NIn} -> {linear.NOut}. Is it an adapter of another model?");
    }
}
