using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

// MODEL ADAPTER PROMPT: the answer, as hexadecimal UTF-8, then which instructions the program uses and lacks.
using var model = Model.Load(args[0]);
using var adapter = Adapter.Load(args[1], model);
using var sequence = model.CreateSequence(new() { ContextLength = 128 }, new() { Threads = 2 });
sequence.Use(adapter);
var tokenizer = Tokenizer.FromGguf(model.File);
var answer = new StringBuilder();
var generator = new TextGenerator(sequence, tokenizer, new() { MaxTokens = 12 });
generator.Generate(tokenizer.EncodePrompt(PromptText.Trusted(args[2])), piece => answer.Append(piece));

Console.WriteLine(Convert.ToHexString(Encoding.UTF8.GetBytes(answer.ToString())));
// A number as text asks for the current culture: where ICU is missed, it is missed here.
Console.WriteLine($"uses {InstructionSets.Best}, lacks {CompiledCode.Lacks?.ToString() ?? "nothing"}; {answer.Length:N0} characters");
