using System.Text;
using LoRDBA.Runtime;

// MODEL ADAPTER PROMPT: the answer of the library, as hexadecimal UTF-8, or why it gives none.
var answer = new StringBuilder();
try
{
    Household.Answers.Write(args[0], args[1], args[2], piece => answer.Append(piece));
    Console.WriteLine(Convert.ToHexString(Encoding.UTF8.GetBytes(answer.ToString())));
    return 0;
}
catch (LordbaException e)
{
    Console.WriteLine(e.Message);
    return 1;
}
