using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters;

/// <summary>The one way in: what a path holds, its content says; whether it may act, the policy.</summary>
internal static class AdapterLoader
{
    public static Adapter Load(string path, Model model, AdapterPolicy policy)
    {
        if (AdapterFolder.FormOf(path) is { } form)
        {
            policy.Demand(form == AdapterFolderForm.Dbf ? AdapterKind.Lordba : AdapterKind.Lora, path);
            return form == AdapterFolderForm.Dbf ? DbfReader.Load(path, model) : PeftReader.Load(path, model);
        }
        var file = AdapterCopy.Open(path);
        return GgufLoraFile.IsAdapter(file) && !LordbaFile.IsLordba(file) ? LoadLora(file, model, policy) : Load(LordbaFile.From(file), model, policy);
    }

    public static Adapter Load(LordbaFile file, Model model, AdapterPolicy policy)
    {
        file.TakeOver();
        try
        {
            policy.Demand(AdapterKind.Lordba, file.Path);
        }
        catch
        {
            file.Release();
            throw;
        }
        return LordbaAdapter.Bind(file, model);
    }

    private static LoraAdapter LoadLora(GgufFile file, Model model, AdapterPolicy policy)
    {
        var lora = GgufLoraFile.From(file);
        try
        {
            policy.Demand(AdapterKind.Lora, file.Name);
        }
        catch
        {
            lora.Dispose();
            throw;
        }
        return GgufLoraReader.Bind(lora, model);
    }
}
