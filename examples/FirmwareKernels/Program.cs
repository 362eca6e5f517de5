using LoRDBA.Examples.SmartHome;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

var command = args.Length > 0 ? string.Join(' ', args) : "please put the ceiling fan on";
try
{
    using var model = Model.Load(Embedded.Gguf("home-base.gguf"));
    using var adapter = Adapter.Load(LordbaFile.From(Embedded.Gguf("home-en.lordba")), model);
    using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1, Kernels = HomeKernels.Instance, StrictKernels = true });
    sequence.Use(adapter);

    var tokenizer = Tokenizer.FromGguf(model.File);
    var prompt = tokenizer.EncodePrompt(ChatTemplate.ForSamples(model.File, tokenizer.Vocabulary).Render([new("user", command)]));
    new TextGenerator(sequence, tokenizer, new() { MaxTokens = 64 }).Generate(prompt, Console.Write);
    Console.WriteLine();
    return 0;
}
catch (LordbaException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
